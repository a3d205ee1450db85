#pragma once

#include <mutex>

#include "providers/recent_count.hpp"

namespace llmapikey {

// Keeps retries from multiplying an outage: they may be a share of the calls of the last ten
// seconds, and a few more so that a service with little to do can retry at all. Time comes from the
// caller. Thread-safe.
class RetryBudget {
public:
    explicit RetryBudget(int percent = 20, int floor = 10) : percent_(percent), floor_(floor) {}

    // A call's first try.
    void note_call(SteadyTime now) {
        const std::lock_guard lock(mutex_);
        calls_.add(now);
    }
    // Whether there is room for a retry now; if so it counts.
    bool take_retry(SteadyTime now) {
        const std::lock_guard lock(mutex_);
        if (retries_.total(now) >= floor_ + calls_.total(now) * percent_ / 100) return false;
        retries_.add(now);
        return true;
    }

private:
    const int percent_, floor_;
    std::mutex mutex_;
    RecentCount calls_, retries_;
};

}  // namespace llmapikey
