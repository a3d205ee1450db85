#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/clock.hpp"

namespace llmapikey {

// Bounds how many mints a process has under way at once; more would only wait at the upstream.
// First come, first served. Thread-safe.
class ConcurrencyLimiter {
public:
    // `places`: mints at once, at least 1. `waiting_max`: threads that may wait for a place.
    ConcurrencyLimiter(int places, int waiting_max) : free_(places), waiting_max_(waiting_max) {}

    // One of the places; its destructor frees it.
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

    // Returns nullopt if no place becomes free within `patience`, if too many threads wait already,
    // or if accounts wait in the database's queue, which nobody may pass over.
    std::optional<Slot> enter(base::Millis patience);
    // The dispatcher of the database's queue calls this; it waits however many others do.
    std::optional<Slot> enter_for_queue(base::Millis patience);
    void set_has_queue(bool has_queue) { has_queue_ = has_queue; }
    // Returns how many threads wait for a place now.
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
    std::deque<Waiter*> waiters_;  // in the order of arrival
    std::atomic<bool> has_queue_{false};
};

}  // namespace llmapikey
