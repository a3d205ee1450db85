#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "config/config.hpp"

namespace llmapikey::config {

// What systemd hands to a service that it starts: sd_notify(3), sd_watchdog_enabled(3),
// sd_listen_fds(3).
struct Systemd {
    std::string notify_socket;              // a path, or '@' and an abstract name; empty: nobody wants to know
    std::chrono::microseconds watchdog{0};  // without a sign of life for so long the service is ended; 0: never
    std::optional<int> listening_socket;    // the only one; of several the one that is named "http"
};

// `own` is this process: what was meant for one that has handed its environment down is not taken.
// invalid_input: something is malformed, or it is not clear which socket to listen on.
base::Result<Systemd> read_systemd(const Lookup& environment, pid_t own);

// The environment of this process as it is, without `.env` and files.
std::optional<std::string> from_process(std::string_view name);

}  // namespace llmapikey::config
