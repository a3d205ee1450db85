#include "sandbox/usage_pattern.hpp"

#include <algorithm>
#include <cmath>

namespace llmapikey::sandbox {
namespace {

using std::chrono::sys_days;

// Draws a number from 0 to below 1 with SplitMix64, which is small and gives the same numbers on
// every platform.
double draw(std::uint64_t person, std::int64_t day) {
    std::uint64_t mixed = person * 0x9e3779b97f4a7c15 + static_cast<std::uint64_t>(day) * 0xd1342543de82ef95;
    mixed = (mixed ^ (mixed >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    mixed ^= mixed >> 31;
    return std::ldexp(static_cast<double>(mixed >> 11), -53);
}

bool is_weekend(sys_days day) {
    const std::chrono::weekday weekday(day);
    return weekday == std::chrono::Saturday || weekday == std::chrono::Sunday;
}

// Says how likely it is that somebody uses the key on a day, and how much of a usual day that is.
struct Mood {
    double chance, share;
};

Mood mood_of(Habit habit, sys_days day, sys_days since) {
    switch (habit) {
        case Habit::weekdays:
            return is_weekend(day) ? Mood{0.35, 0.25} : Mood{0.92, 1};
        case Habit::weekends:
            return is_weekend(day) ? Mood{1, 1} : Mood{0.25, 0.2};
        case Habit::every_day:
            return is_weekend(day) ? Mood{0.8, 0.5} : Mood{1, 1};
        case Habit::now_and_then:
            return is_weekend(day) ? Mood{0.1, 1} : Mood{0.3, 1};
        case Habit::once:
            return {day == since ? 1.0 : 0.0, 1};
        case Habit::never:
            break;
    }
    return {0, 0};
}

}  // namespace

base::MicroUsd spent_on(sys_days day, sys_days since, const UsagePattern& pattern, base::MicroUsd cap) {
    const std::int64_t number = day.time_since_epoch().count();
    const Mood mood = mood_of(pattern.habit, day, since);
    if (draw(pattern.person, number) >= mood.chance) return {};
    const double around_one = 0.5 + draw(pattern.person + 1'000'000, number);
    const double part = std::min(pattern.percent / 100.0 * mood.share * around_one, 1.0);
    return base::MicroUsd{static_cast<std::int64_t>(static_cast<double>(cap.value) * part)};
}

}  // namespace llmapikey::sandbox
