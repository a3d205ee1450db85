#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace llmapikey::ops {

// Tells systemd how the service stands: one datagram of assignments such as "READY=1\nSTATUS=...",
// as sd_notify(3) describes. Written here, since libsystemd would be loaded at every start.
class ServiceNotice {
public:
    // A path, or '@' and an abstract name. Empty: everything is told to nobody, with success.
    explicit ServiceNotice(std::string socket) : socket_(std::move(socket)) {}

    bool is_wanted() const { return !socket_.empty(); }
    base::Result<void> send(std::string_view assignments) const;

private:
    const std::string socket_;
};

}  // namespace llmapikey::ops
