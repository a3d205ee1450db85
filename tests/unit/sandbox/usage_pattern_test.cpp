#include "sandbox/usage_pattern.hpp"

#include <gtest/gtest.h>

namespace llmapikey::sandbox {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

constexpr base::MicroUsd cap{10'000'000};
constexpr sys_days monday{std::chrono::year{2026} / 11 / 2};
constexpr sys_days friday = monday + days{4}, saturday = monday + days{5};

// Returns the mean of many weeks and people.
double mean_on(sys_days day, Habit habit, int percent = 30) {
    std::int64_t sum = 0;
    for (int week = 0; week < 20; ++week)
        for (std::uint64_t person = 1; person <= 50; ++person)
            sum += spent_on(day + days{7 * week}, monday, {person, habit, percent}, cap).value;
    return static_cast<double>(sum) / 1'000;
}

TEST(UsagePatternTest, WeekdaysAreBusierThanWeekendsUnlessItIsTheHabitToBeOtherwise) {
    EXPECT_GT(mean_on(friday, Habit::weekdays), 5 * mean_on(saturday, Habit::weekdays));
    EXPECT_GT(mean_on(friday, Habit::every_day), mean_on(saturday, Habit::every_day));
    EXPECT_GT(mean_on(saturday, Habit::weekends), 5 * mean_on(friday, Habit::weekends));
    EXPECT_GT(mean_on(friday, Habit::weekdays), 2 * mean_on(friday, Habit::now_and_then));
}

TEST(UsagePatternTest, AUsualDayIsAboutSoMuchOfTheCap) {
    EXPECT_NEAR(mean_on(friday, Habit::every_day), 0.3 * static_cast<double>(cap.value), 100'000);
}

TEST(UsagePatternTest, NothingIsAboveTheCapAndNothingBelowZero) {
    bool is_ever_at_cap = false;
    for (int day = 0; day < 200; ++day) {
        const auto spent = spent_on(monday + days{day}, monday, {7, Habit::every_day, 95}, cap);
        EXPECT_GE(spent.value, 0);
        EXPECT_LE(spent, cap);
        is_ever_at_cap |= spent == cap;
    }
    EXPECT_TRUE(is_ever_at_cap);
}

TEST(UsagePatternTest, PeopleAndDaysDifferAndEachIsTheSameEveryTime) {
    const UsagePattern one{1, Habit::every_day, 30}, other{2, Habit::every_day, 30};
    EXPECT_EQ(spent_on(friday, monday, one, cap), spent_on(friday, monday, one, cap));
    EXPECT_NE(spent_on(friday, monday, one, cap), spent_on(friday, monday, other, cap));
    EXPECT_NE(spent_on(friday, monday, one, cap), spent_on(monday, monday, one, cap));
}

TEST(UsagePatternTest, OnceIsOnTheFirstDayAndNeverIsNever) {
    EXPECT_GT(spent_on(monday, monday, {1, Habit::once, 30}, cap).value, 0);
    for (int day = 1; day < 60; ++day) {
        EXPECT_EQ(spent_on(monday + days{day}, monday, {1, Habit::once, 30}, cap).value, 0);
        EXPECT_EQ(spent_on(monday + days{day}, monday, {1, Habit::never, 30}, cap).value, 0);
    }
}

}  // namespace
}  // namespace llmapikey::sandbox
