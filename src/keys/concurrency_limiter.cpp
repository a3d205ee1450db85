#include "keys/concurrency_limiter.hpp"

#include <algorithm>
#include <condition_variable>
#include <limits>

namespace llmapikey {

struct ConcurrencyLimiter::Waiter {
    std::condition_variable called;
    bool has_slot = false;
};

std::optional<ConcurrencyLimiter::Slot> ConcurrencyLimiter::enter(base::Millis patience) {
    if (has_queue_) return std::nullopt;
    return wait_for_one(patience, static_cast<std::size_t>(waiting_max_));
}

std::optional<ConcurrencyLimiter::Slot> ConcurrencyLimiter::enter_for_queue(base::Millis patience) {
    return wait_for_one(patience, std::numeric_limits<std::size_t>::max());
}

std::optional<ConcurrencyLimiter::Slot> ConcurrencyLimiter::wait_for_one(base::Millis patience,
                                                                         std::size_t waiting_max) {
    std::unique_lock lock(mutex_);
    if (free_ > 0 && waiters_.empty()) {
        --free_;
        return Slot(*this);
    }
    if (waiters_.size() >= waiting_max) return std::nullopt;
    Waiter self;
    waiters_.push_back(&self);
    self.called.wait_for(lock, patience, [&] { return self.has_slot; });
    if (self.has_slot) return Slot(*this);
    waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &self));
    return std::nullopt;
}

// The slot goes directly to the first waiter, so that a newcomer cannot take it.
void ConcurrencyLimiter::leave() {
    const std::lock_guard lock(mutex_);
    if (waiters_.empty()) {
        ++free_;
        return;
    }
    Waiter* next = waiters_.front();
    waiters_.pop_front();
    next->has_slot = true;
    next->called.notify_one();
}

}  // namespace llmapikey
