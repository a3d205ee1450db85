#include "base/work_queue.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <latch>
#include <thread>
#include <vector>

namespace llmapikey::base {
namespace {

TEST(WorkQueueTest, RunsAsManyJobsAtOnceAsItHasThreads) {
    WorkQueue queue("test", 3, 10);
    std::latch together(3), done(3);
    for (int i = 0; i < 3; ++i) {
        ASSERT_TRUE(queue.try_submit([&] {
            together.arrive_and_wait();  // for ever, if two ran at the most
            done.count_down();
        }));
    }
    done.wait();
}

TEST(WorkQueueTest, MoreJobsThanThreadsWaitInOrder) {
    WorkQueue queue("test", 1, 10);
    std::promise<void> go;
    auto gone = go.get_future().share();
    std::vector<int> order;
    ASSERT_TRUE(queue.try_submit([gone] { gone.wait(); }));
    for (int i = 0; i < 5; ++i)
        ASSERT_TRUE(queue.try_submit([&order, i] { order.push_back(i); }));
    go.set_value();
    queue.stop();
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
    EXPECT_FALSE(queue.try_submit([] {}));
}

TEST(WorkQueueTest, RefusesMoreThanItsBoundAndFinishesTheRest) {
    WorkQueue queue("test", 1, 2);
    std::promise<void> go, begun;
    auto gone = go.get_future().share();
    ASSERT_TRUE(queue.try_submit([&begun, gone] {
        begun.set_value();
        gone.wait();
    }));
    begun.get_future().wait();
    std::atomic<int> ran = 0;
    EXPECT_TRUE(queue.try_submit([&] { ++ran; }));
    EXPECT_TRUE(queue.try_submit([&] { ++ran; }));
    EXPECT_FALSE(queue.try_submit([] {}));
    EXPECT_EQ(queue.waiting(), 2u);
    go.set_value();
    queue.stop();
    EXPECT_EQ(ran, 2);
}

TEST(WorkQueueTest, RefusesWhatWouldWaitTooLong) {
    WorkQueue queue("test", 1, 1'000, Millis{50});
    std::promise<void> go, begun;
    auto gone = go.get_future().share();
    for (int i = 0; i < 40; ++i) {
        std::promise<void> done;
        ASSERT_TRUE(queue.try_submit([&done] {
            std::this_thread::sleep_for(std::chrono::milliseconds{5});
            done.set_value();
        }));
        done.get_future().wait();
    }
    ASSERT_TRUE(queue.try_submit([&begun, gone] {
        begun.set_value();
        gone.wait();
    }));
    begun.get_future().wait();
    // Jobs have taken at least 5 ms each of late: no more than a dozen of them are done within 50
    // ms.
    int taken = 0;
    while (taken < 100 && queue.try_submit([] {}))
        ++taken;
    EXPECT_GE(taken, 1);
    EXPECT_LE(taken, 15);
    go.set_value();
}

TEST(WorkQueueTest, AbandoningDropsWhatWaitsAndFinishesWhatRuns) {
    WorkQueue queue("test", 1, 10);
    std::promise<void> go, begun;
    auto gone = go.get_future().share();
    std::atomic<int> ran = 0;
    ASSERT_TRUE(queue.try_submit([&, gone] {
        begun.set_value();
        gone.wait();
        ++ran;
    }));
    begun.get_future().wait();
    ASSERT_TRUE(queue.try_submit([&] { ++ran; }));
    std::thread abandoning([&] { queue.abandon(); });
    while (queue.waiting() > 0)
        std::this_thread::yield();
    go.set_value();
    abandoning.join();
    EXPECT_EQ(ran, 1);
}

TEST(WorkQueueTest, ThreadsThatAPeakLeavesBehindEndThoughThereIsSomeWork) {
    WorkQueue queue("test", 4, 10, Millis{0}, Millis{200});
    std::latch together(4);
    for (int i = 0; i < 4; ++i)
        ASSERT_TRUE(queue.try_submit([&] { together.arrive_and_wait(); }));
    together.wait();
    EXPECT_EQ(queue.threads(), 4u);
    // Taken by turns they would each have work every 80 ms, and none would end.
    for (int i = 0; i < 250 && queue.threads() > 1; ++i) {
        std::promise<void> done;
        ASSERT_TRUE(queue.try_submit([&done] { done.set_value(); }));
        done.get_future().wait();
        std::this_thread::sleep_for(std::chrono::milliseconds{20});
    }
    EXPECT_LE(queue.threads(), 1u);
}

TEST(WorkQueueTest, ManySubmittersLoseNothing) {
    WorkQueue queue("test", 4, 100'000);
    std::atomic<int> ran = 0;
    std::vector<std::thread> submitters;
    for (int i = 0; i < 4; ++i) {
        submitters.emplace_back([&] {
            for (int job = 0; job < 2'000; ++job)
                EXPECT_TRUE(queue.try_submit([&] { ++ran; }));
        });
    }
    for (std::thread& submitter : submitters)
        submitter.join();
    queue.stop();
    EXPECT_EQ(ran, 8'000);
}

}  // namespace
}  // namespace llmapikey::base
