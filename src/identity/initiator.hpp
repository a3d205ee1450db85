#pragma once

#include <string>
#include <utility>

#include "identity/github_user_id.hpp"

namespace llmapikey {

// Who does something, and from where, as the audit log records it.
struct Initiator {
    std::string actor;   // "github:1003", "github:1003 token:<id>", "recipient:1001", "cli:root", "system"
    std::string origin;  // client address, "cli", "resumed"
};

// The key's own recipient as an actor.
inline constexpr const char* recipient_prefix = "recipient:";
inline Initiator recipient_of(GithubUserId id, std::string origin = "dashboard") {
    return {recipient_prefix + id.text(), std::move(origin)};
}
inline bool is_recipient(const std::string& actor) {
    return actor.starts_with(recipient_prefix);
}

}  // namespace llmapikey
