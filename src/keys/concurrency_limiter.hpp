#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/clock.hpp"

namespace llmapikey {

// Bounds how many mints a process has under way at once: more would only wait at the upstream.
// Whoever comes first is served first. Thread-safe.
class ConcurrencyLimiter {
public:
    // `places`: mints at once, at least 1. `waiting_max`: threads that may wait for one.
    ConcurrencyLimiter(int places, int waiting_max) : free_(places), waiting_max_(waiting_max) {}

    // Given back when it goes.
    class Slot {
    public:
        explicit Slot(ConcurrencyLimiter& limiter) : limiter_(&limiter) {}
        Slot(Slot&& other) noexcept : limiter_(std::exchange(other.limiter_, nullptr)) {}
        Slot& operator=(Slot&&) = delete;
        ~Slot() {
            if (limiter_ != nullptr) limiter_->leave();
        }

    private:
        ConcurrencyLimiter* limiter_;
    };

    // A slot, or nullopt if none becomes free within `patience`, if too many wait already, or if
    // others wait in the queue of the database, whom nobody may pass over.
    std::optional<Slot> enter(base::Millis patience);
    // For the one who serves that queue, and waits however many others do.
    std::optional<Slot> enter_for_queue(base::Millis patience);
    void set_has_queue(bool has_queue) { has_queue_ = has_queue; }
    // Threads that wait for a slot now.
    std::size_t waiting() const {
        const std::lock_guard lock(mutex_);
        return waiters_.size();
    }

private:
    struct Waiter;
    std::optional<Slot> wait_for_one(base::Millis patience, std::size_t waiting_max);
    void leave();

    mutable std::mutex mutex_;
    int free_;
    const int waiting_max_;
    std::deque<Waiter*> waiters_;  // the first in front
    std::atomic<bool> has_queue_{false};
};

}  // namespace llmapikey
