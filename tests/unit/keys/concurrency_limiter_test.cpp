#include "keys/concurrency_limiter.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace llmapikey {
namespace {

constexpr base::Millis at_once{0}, long_enough{20'000};

TEST(ConcurrencyLimiterTest, HasSoManyAndNoMore) {
    ConcurrencyLimiter limiter(2, 0);
    auto first = limiter.enter(at_once);
    const auto second = limiter.enter(at_once);
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(limiter.enter(long_enough)) << "nobody may wait";
    first.reset();
    EXPECT_TRUE(limiter.enter(at_once));
}

TEST(ConcurrencyLimiterTest, WhoWaitsIsServedInTheOrderOfArrival) {
    ConcurrencyLimiter limiter(1, 10);
    auto held = limiter.enter(at_once);
    std::mutex mutex;
    std::vector<int> served;
    std::vector<std::thread> waiters;
    for (int number = 0; number < 5; ++number) {
        waiters.emplace_back([&, number] {
            const auto slot = limiter.enter(long_enough);
            ASSERT_TRUE(slot);
            const std::lock_guard lock(mutex);
            served.push_back(number);
        });
        while (limiter.waiting() != static_cast<std::size_t>(number) + 1)
            std::this_thread::yield();
    }
    held.reset();
    for (std::thread& waiter : waiters)
        waiter.join();
    EXPECT_EQ(served, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(ConcurrencyLimiterTest, WhoGivesUpWaitingIsPassedOver) {
    ConcurrencyLimiter limiter(1, 10);
    auto held = limiter.enter(at_once);
    EXPECT_FALSE(limiter.enter(base::Millis{1}));
    held.reset();
    EXPECT_TRUE(limiter.enter(at_once));
}

TEST(ConcurrencyLimiterTest, NobodyPassesOverThoseInTheQueue) {
    ConcurrencyLimiter limiter(2, 10);
    limiter.set_has_queue(true);
    EXPECT_FALSE(limiter.enter(long_enough));
    EXPECT_TRUE(limiter.enter_for_queue(at_once));
    limiter.set_has_queue(false);
    EXPECT_TRUE(limiter.enter(at_once));
}

}  // namespace
}  // namespace llmapikey
