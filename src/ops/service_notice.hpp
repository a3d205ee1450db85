#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace llmapikey::ops {

// Tells systemd the state of the service: one datagram of assignments such as "READY=1\nSTATUS=..."
// (sd_notify(3)). It does not use libsystemd, which would be loaded at every start.
class ServiceNotice {
public:
    // `socket`: a path, or '@' and an abstract name. Empty: send() does nothing and succeeds.
    explicit ServiceNotice(std::string socket) : socket_(std::move(socket)) {}

    bool is_wanted() const { return !socket_.empty(); }
    base::Result<void> send(std::string_view assignments) const;

private:
    const std::string socket_;
};

}  // namespace llmapikey::ops
