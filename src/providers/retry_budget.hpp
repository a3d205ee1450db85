#pragma once

#include <mutex>

#include "providers/recent_count.hpp"

namespace llmapikey {

// Keeps retries from multiplying an outage. Within ten seconds, `percent` of the calls may be
// retries, plus `floor` so that a service with few calls can retry at all. The caller gives the
// time. Thread-safe.
class RetryBudget {
public:
    explicit RetryBudget(int percent = 20, int floor = 10) : percent_(percent), floor_(floor) {}

    // Counts the first try of a call.
    void note_call(SteadyTime now) {
        const std::lock_guard lock(mutex_);
        calls_.add(now);
    }
    // Returns whether there is room for a retry now. If so, the retry is counted.
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
