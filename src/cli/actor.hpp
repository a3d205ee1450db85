#pragma once

#include <pwd.h>
#include <unistd.h>

#include <string>

namespace llmapikey::cli {

// Who runs a command, for the audit log: "cli:root".
inline std::string cli_actor() {
    const passwd* user = getpwuid(geteuid());
    return "cli:" + (user != nullptr ? std::string(user->pw_name) : std::to_string(geteuid()));
}

}  // namespace llmapikey::cli
