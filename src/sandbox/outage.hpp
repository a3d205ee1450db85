#pragma once

#include <atomic>
#include <optional>

#include "net/http_types.hpp"

namespace llmapikey::sandbox {

// A switch for a look-alike that is out of order altogether. Thread-safe. Control (JSON):  POST
// /sandbox/outage {"mode":"refuse"} (each connection is closed without an answer), "hang" (no
// answer, until the peer closes or for 60 s), "error" (503) or "off"; GET /sandbox/outage tells the
// mode.
class Outage {
public:
    // The answer to a control request; nullopt if it is none.
    std::optional<net::Response> control(const net::Request& request);

    // What becomes of any call now; nullopt while there is no outage.
    std::optional<net::Response> answer() const;

private:
    enum class Mode { off, refuse, hang, error };

    std::atomic<Mode> mode_{Mode::off};
};

}  // namespace llmapikey::sandbox
