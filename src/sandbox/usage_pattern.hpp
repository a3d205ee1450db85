#pragma once

#include <chrono>
#include <cstdint>

#include "base/money.hpp"

namespace llmapikey::sandbox {

enum class Habit { weekdays, weekends, every_day, now_and_then, once, never };

// How somebody uses a key.
struct UsagePattern {
    std::uint64_t person = 0;  // the same person has the same days in every sandbox
    Habit habit = Habit::never;
    int percent = 0;  // of the cap, on a usual day
};

// Returns what somebody spends in a day. Weekdays are busier than weekends unless it is their habit
// to be otherwise, no day is like another, and nothing is above the cap. `since` is the day of
// their first key, on which who uses a key once uses it. This function is pure: the same arguments
// give the same amount.
base::MicroUsd spent_on(std::chrono::sys_days day, std::chrono::sys_days since, const UsagePattern& pattern,
                        base::MicroUsd cap);

}  // namespace llmapikey::sandbox
