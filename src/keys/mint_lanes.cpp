#include "keys/mint_lanes.hpp"

#include <algorithm>
#include <condition_variable>
#include <limits>

namespace llmapikey {

struct MintLanes::Waiter {
    std::condition_variable called;
    bool has_lane = false;
};

std::optional<MintLanes::Lane> MintLanes::enter(base::Millis patience) {
    if (has_queue_) return std::nullopt;
    return wait_for_one(patience, static_cast<std::size_t>(most_waiting_));
}

std::optional<MintLanes::Lane> MintLanes::enter_for_queue(base::Millis patience) {
    return wait_for_one(patience, std::numeric_limits<std::size_t>::max());
}

std::optional<MintLanes::Lane> MintLanes::wait_for_one(base::Millis patience, std::size_t most_waiting) {
    std::unique_lock lock(mutex_);
    if (free_ > 0 && waiters_.empty()) {
        --free_;
        return Lane(*this);
    }
    if (waiters_.size() >= most_waiting) return std::nullopt;
    Waiter self;
    waiters_.push_back(&self);
    self.called.wait_for(lock, patience, [&] { return self.has_lane; });
    if (self.has_lane) return Lane(*this);
    waiters_.erase(std::find(waiters_.begin(), waiters_.end(), &self));
    return std::nullopt;
}

// The lane goes straight to the first who waits, so that nobody who comes meanwhile takes it.
void MintLanes::leave() {
    const std::lock_guard lock(mutex_);
    if (waiters_.empty()) {
        ++free_;
        return;
    }
    Waiter* next = waiters_.front();
    waiters_.pop_front();
    next->has_lane = true;
    next->called.notify_one();
}

}  // namespace llmapikey
