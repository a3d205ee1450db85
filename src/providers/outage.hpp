#pragma once

#include <atomic>

#include "base/result.hpp"

namespace llmapikey {

// Returns whether the error would probably hit every other item of a list too, so that working
// through the list should stop.
inline bool is_outage(const base::Error& error) {
    return error.code == base::Errc::upstream_down || error.code == base::Errc::rate_limited ||
           error.code == base::Errc::misconfigured || error.code == base::Errc::store_unavailable;
}

// Returns whether the error certainly hits every other item too.
inline bool is_everybodys(const base::Error& error) {
    return error.is_circuit_open || error.code == base::Errc::rate_limited ||
           error.code == base::Errc::store_unavailable;
}

// Distinguishes an outage from single items of a list that fail by themselves. An outage is an open
// circuit, an unavailable database, an upstream that asks to slow down, or several items in a row
// that fail with an error that is_outage() accepts. Thread-safe.
class OutageWatch {
public:
    static constexpr int failures_in_a_row_max = 3;

    void note_success() { failures_in_a_row_ = 0; }
    // Returns whether the caller should stop.
    bool note_failure(const base::Error& error) {
        if (is_everybodys(error)) return true;
        if (is_outage(error)) return ++failures_in_a_row_ >= failures_in_a_row_max;
        failures_in_a_row_ = 0;  // the upstream has answered
        return false;
    }

private:
    std::atomic<int> failures_in_a_row_{0};
};

}  // namespace llmapikey
