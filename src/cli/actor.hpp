#pragma once

#include <pwd.h>
#include <unistd.h>

#include <string>

#include "grant/written_text.hpp"

namespace llmapikey::cli {

// Returns who runs a command, for the audit log: "cli:root".
inline std::string cli_actor() {
    const passwd* user = getpwuid(geteuid());
    const std::string name = user != nullptr ? user->pw_name : "";
    // The audit log is a chain in which nothing can be changed, so the name must be text.
    const auto checked = check_text(name, {"user", 100, true});
    return "cli:" + checked.value_or(std::to_string(geteuid()));
}

}  // namespace llmapikey::cli
