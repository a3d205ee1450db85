#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "config/config.hpp"

namespace llmapikey::config {

// The values that systemd passes to a service: sd_notify(3), sd_watchdog_enabled(3),
// sd_listen_fds(3).
struct Systemd {
    std::string notify_socket;  // a path, or '@' and an abstract name; empty: nobody listens
    // systemd ends a service that sends no sign of life for so long; 0: never
    std::chrono::microseconds watchdog{0};
    std::optional<int> listening_socket;  // the only one, or the one named "http" among several
};

// `own` is this process; values for another process, which passed its environment on, are ignored.
// invalid_input: a value is malformed, or it is unclear which socket to listen on.
base::Result<Systemd> read_systemd(const Lookup& environment, pid_t own);

// Returns a variable of this process's environment, without `.env` and files.
std::optional<std::string> from_process(std::string_view name);

}  // namespace llmapikey::config
