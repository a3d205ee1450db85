#pragma once

#include <atomic>
#include <optional>

#include "net/http_types.hpp"

namespace llmapikey::sandbox {

// Puts a whole look-alike out of order. Thread-safe. It is controlled by JSON: POST /sandbox/outage
// {"mode":"refuse"} (each connection is closed without an answer), "hang" (no answer, until the
// peer closes or for 60 s), "error" (503) or "off". GET /sandbox/outage returns the mode.
class Outage {
public:
    // Returns the answer to a control request; nullopt if the request is none.
    std::optional<net::Response> control(const net::Request& request);

    // Returns the answer that every call gets during an outage; nullopt if there is no outage.
    std::optional<net::Response> answer() const;

private:
    enum class Mode { off, refuse, hang, error };

    std::atomic<Mode> mode_{Mode::off};
};

}  // namespace llmapikey::sandbox
