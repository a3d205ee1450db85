#pragma once

#include <array>
#include <cstdint>

#include "base/clock.hpp"

namespace llmapikey {

using SteadyTime = base::Deadline::SteadyClock::time_point;

// Counts events of the last ten seconds, with a resolution of one second. Not thread-safe.
class RecentCount {
public:
    void add(SteadyTime now) {
        Slot& slot = slots_[index_of(now)];
        if (slot.second != second_of(now)) slot = {second_of(now), 0};
        ++slot.count;
    }

    int total(SteadyTime now) const {
        int total = 0;
        for (const Slot& slot : slots_) {
            if (second_of(now) - slot.second < seconds) total += slot.count;
        }
        return total;
    }

private:
    static constexpr std::int64_t seconds = 10;
    struct Slot {
        std::int64_t second = 0;
        int count = 0;
    };
    static std::int64_t second_of(SteadyTime now) {
        return std::chrono::floor<base::Seconds>(now.time_since_epoch()).count();
    }
    static std::size_t index_of(SteadyTime now) { return static_cast<std::size_t>(second_of(now) % seconds); }

    std::array<Slot, seconds> slots_{};
};

}  // namespace llmapikey
