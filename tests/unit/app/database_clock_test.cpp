#include "app/database_clock.hpp"

#include <gtest/gtest.h>

namespace llmapikey::app {
namespace {

using namespace std::chrono_literals;

class DatabaseClockTest : public testing::Test {
protected:
    std::chrono::microseconds database_{1'790'000'000'000'000}, elapsed_{5s}, answer_takes_{0};
    bool is_away_ = false;
    DatabaseClock clock_{[this]() -> base::Result<DatabaseClock::Micros> {
                             if (is_away_) return base::fail(base::Errc::store_unavailable, "away");
                             elapsed_ += answer_takes_;
                             return database_ + answer_takes_ / 2;
                         },
                         [this] { return elapsed_; }};
    std::int64_t now() const { return clock_.now().time_since_epoch().count(); }
};

TEST_F(DatabaseClockTest, ShowsTheDatabasesTimeAndGoesOnFromThere) {
    ASSERT_TRUE(clock_.refresh());
    EXPECT_EQ(now(), 1'790'000'000);
    elapsed_ += 90'500ms;
    EXPECT_EQ(now(), 1'790'000'090);
}

TEST_F(DatabaseClockTest, TheDatabaseLooksAtItsClockBetweenQuestionAndAnswer) {
    answer_takes_ = 4s;
    ASSERT_TRUE(clock_.refresh());
    EXPECT_EQ(now(), 1'790'000'004);
}

TEST_F(DatabaseClockTest, GoesOnWhileTheDatabaseIsAwayAndFollowsItWhenItHasMoved) {
    ASSERT_TRUE(clock_.refresh());
    is_away_ = true;
    elapsed_ += 60s;
    EXPECT_FALSE(clock_.refresh());
    EXPECT_EQ(now(), 1'790'000'060);
    is_away_ = false;
    database_ -= 1h;
    ASSERT_TRUE(clock_.refresh());
    EXPECT_EQ(now(), 1'790'000'000 - 3'600);
}

TEST_F(DatabaseClockTest, SaysHowFarTheMachinesClockIsAhead) {
    database_ = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now().time_since_epoch()) - 1h;
    ASSERT_TRUE(clock_.refresh());
    EXPECT_NEAR(clock_.skew_of_machine().count(), 3'600, 60);
}

}  // namespace
}  // namespace llmapikey::app
