#pragma once

#include <string>

namespace llmapikey::service {

// Who does something, and from where; as the audit log names them.
struct Initiator {
    std::string actor;   // "github:1003", "github:1003 token:<id>", "cli:root", "system"
    std::string origin;  // client address, "cli", "resumed"
};

}  // namespace llmapikey::service
