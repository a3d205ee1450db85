#include "keys/mint_lanes.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

namespace llmapikey {
namespace {

constexpr base::Millis at_once{0}, long_enough{20'000};

TEST(MintLanesTest, HasSoManyAndNoMore) {
    MintLanes lanes(2, 0);
    auto first = lanes.enter(at_once);
    const auto second = lanes.enter(at_once);
    EXPECT_TRUE(first && second);
    EXPECT_FALSE(lanes.enter(long_enough)) << "nobody may wait";
    first.reset();
    EXPECT_TRUE(lanes.enter(at_once));
}

TEST(MintLanesTest, WhoWaitsIsServedInTheOrderOfArrival) {
    MintLanes lanes(1, 10);
    auto held = lanes.enter(at_once);
    std::mutex mutex;
    std::vector<int> served;
    std::vector<std::thread> waiters;
    for (int number = 0; number < 5; ++number) {
        waiters.emplace_back([&, number] {
            const auto lane = lanes.enter(long_enough);
            ASSERT_TRUE(lane);
            const std::lock_guard lock(mutex);
            served.push_back(number);
        });
        while (lanes.waiting() != static_cast<std::size_t>(number) + 1)
            std::this_thread::yield();
    }
    held.reset();
    for (std::thread& waiter : waiters)
        waiter.join();
    EXPECT_EQ(served, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(MintLanesTest, WhoGivesUpWaitingIsPassedOver) {
    MintLanes lanes(1, 10);
    auto held = lanes.enter(at_once);
    EXPECT_FALSE(lanes.enter(base::Millis{1}));
    held.reset();
    EXPECT_TRUE(lanes.enter(at_once));
}

TEST(MintLanesTest, NobodyPassesOverThoseInTheQueue) {
    MintLanes lanes(2, 10);
    lanes.set_has_queue(true);
    EXPECT_FALSE(lanes.enter(long_enough));
    EXPECT_TRUE(lanes.enter_for_queue(at_once));
    lanes.set_has_queue(false);
    EXPECT_TRUE(lanes.enter(at_once));
}

}  // namespace
}  // namespace llmapikey
