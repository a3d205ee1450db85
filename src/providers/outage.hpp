#pragma once

#include <atomic>

#include "base/result.hpp"

namespace llmapikey {

// Whether the same would happen to everything else just now, so that what works through a list had
// better stop.
inline bool is_outage(const base::Error& error) {
    return error.code == base::Errc::upstream_down || error.code == base::Errc::rate_limited ||
           error.code == base::Errc::misconfigured || error.code == base::Errc::store_unavailable;
}

// Tells an outage from single items of a list that fail by themselves. An outage is an open
// circuit, a database that is away, an upstream that asks to slow down, or several items in a row
// that fail as in an outage; one item is none. Thread-safe.
class OutageWatch {
public:
    static constexpr int failures_in_a_row_max = 3;

    void note_success() { failures_in_a_row_ = 0; }
    // Whether the caller is to stop.
    bool note_failure(const base::Error& error) {
        const bool is_everybodys = error.is_circuit_open || error.code == base::Errc::rate_limited ||
                                   error.code == base::Errc::store_unavailable;
        if (is_everybodys) return true;
        if (is_outage(error)) return ++failures_in_a_row_ >= failures_in_a_row_max;
        failures_in_a_row_ = 0;  // it has answered
        return false;
    }

private:
    std::atomic<int> failures_in_a_row_{0};
};

}  // namespace llmapikey
