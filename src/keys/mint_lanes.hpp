#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "base/clock.hpp"

namespace llmapikey {

// Bounds how many mints a process has under way at once: more would only wait at the upstream. Whoever comes first is
// served first. Thread-safe.
class MintLanes {
public:
    // `lanes`: mints at once, at least 1. `most_waiting`: threads that may wait for one.
    MintLanes(int lanes, int most_waiting) : free_(lanes), most_waiting_(most_waiting) {}

    // Given back when it goes.
    class Lane {
    public:
        explicit Lane(MintLanes& lanes) : lanes_(&lanes) {}
        Lane(Lane&& other) noexcept : lanes_(std::exchange(other.lanes_, nullptr)) {}
        Lane& operator=(Lane&&) = delete;
        ~Lane() {
            if (lanes_ != nullptr) lanes_->leave();
        }

    private:
        MintLanes* lanes_;
    };

    // A lane, or nullopt if none becomes free within `patience`, if too many wait already, or if others wait in the
    // queue of the database, whom nobody may pass over.
    std::optional<Lane> enter(base::Millis patience);
    // For the one who serves that queue, and waits however many others do.
    std::optional<Lane> enter_for_queue(base::Millis patience);
    void set_has_queue(bool has_queue) { has_queue_ = has_queue; }
    // Threads that wait for a lane now.
    std::size_t waiting() const {
        const std::lock_guard lock(mutex_);
        return waiters_.size();
    }

private:
    struct Waiter;
    std::optional<Lane> wait_for_one(base::Millis patience, std::size_t most_waiting);
    void leave();

    mutable std::mutex mutex_;
    int free_;
    const int most_waiting_;
    std::deque<Waiter*> waiters_;  // the first in front
    std::atomic<bool> has_queue_{false};
};

}  // namespace llmapikey
