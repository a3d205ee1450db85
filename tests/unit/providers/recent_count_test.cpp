#include "providers/recent_count.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

constexpr base::Seconds second{1};
const SteadyTime begun{base::Seconds{1'000}};

TEST(RecentCountTest, CountsTheLastTenSeconds) {
    RecentCount count;
    EXPECT_EQ(count.total(begun), 0);
    for (int i = 0; i < 3; ++i)
        count.add(begun);
    count.add(begun + 4 * second);
    EXPECT_EQ(count.total(begun + 4 * second), 4);
    EXPECT_EQ(count.total(begun + 9 * second), 4);
    EXPECT_EQ(count.total(begun + 10 * second), 1);
    EXPECT_EQ(count.total(begun + 14 * second), 0);
}

TEST(RecentCountTest, ASecondTakesThePlaceOfTheOneTenBefore) {
    RecentCount count;
    count.add(begun);
    count.add(begun);
    count.add(begun + 10 * second);
    EXPECT_EQ(count.total(begun + 10 * second), 1);
}

TEST(RecentCountTest, OneForEachSecondIsTenAtTheMost) {
    RecentCount count;
    SteadyTime now = begun;
    for (int i = 0; i < 100; ++i, now += second)
        count.add(now);
    EXPECT_EQ(count.total(now - second), 10);
    EXPECT_EQ(count.total(now), 9);
    EXPECT_EQ(count.total(now + std::chrono::hours{1}), 0);
}

TEST(RecentCountTest, ASecondIsCountedToItsEnd) {
    RecentCount count;
    count.add(begun + base::Millis{999});
    EXPECT_EQ(count.total(begun + 9 * second + base::Millis{999}), 1);
    EXPECT_EQ(count.total(begun + 10 * second), 0) << "to the second, and no finer";
}

}  // namespace
}  // namespace llmapikey
