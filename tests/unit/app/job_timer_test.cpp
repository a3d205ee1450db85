#include "app/jobs/job_timer.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/clock.hpp"
#include "support/waiting.hpp"

namespace llmapikey::app {
namespace {

constexpr base::Millis for_ever{3'600'000};

using test::becomes_true;

TEST(JobTimerTest, PausesFirstUnlessItIsToBeginAtOnce) {
    std::atomic<int> first{0}, second{0};
    JobTimer pausing("pausing", for_ever, [&](const std::stop_token&) { return ++first, AfterJob::pause; });
    JobTimer at_once(
        "at once", for_ever, [&](const std::stop_token&) { return ++second, AfterJob::pause; }, FirstRun::at_once);
    pausing.start();
    at_once.start();
    EXPECT_TRUE(becomes_true([&] { return second == 1; }));
    EXPECT_EQ(first, 0);
}

TEST(JobTimerTest, GoesOnWithoutAPauseWhileThereIsMoreToDo) {
    std::atomic<int> runs{0};
    JobTimer timer(
        "going on", for_ever, [&](const std::stop_token&) { return ++runs < 5 ? AfterJob::go_on : AfterJob::pause; },
        FirstRun::at_once);
    timer.start();
    EXPECT_TRUE(becomes_true([&] { return runs == 5; }));
    timer.stop();
    EXPECT_EQ(runs, 5);
}

TEST(JobTimerTest, IsWokenFromItsPauseAndBeforeIt) {
    std::atomic<int> runs{0};
    JobTimer timer("woken", for_ever, [&](const std::stop_token&) { return ++runs, AfterJob::pause; });
    timer.wake();  // of the pause to come
    timer.start();
    EXPECT_TRUE(becomes_true([&] { return runs == 1; }));
    timer.wake();
    EXPECT_TRUE(becomes_true([&] { return runs == 2; }));
    timer.stop();
    EXPECT_EQ(runs, 2) << "one for each";
}

TEST(JobTimerTest, RunsAgainAfterEachPause) {
    std::atomic<int> runs{0};
    JobTimer timer("again", base::Millis{2}, [&](const std::stop_token&) { return ++runs, AfterJob::pause; });
    timer.start();
    EXPECT_TRUE(becomes_true([&] { return runs >= 3; }));
}

TEST(JobTimerTest, TellsARunToStopAndWaitsForIt) {
    std::atomic<bool> is_running{false}, has_ended{false};
    JobTimer timer(
        "stopped", for_ever,
        [&](const std::stop_token& stop) {
            is_running = true;
            while (!stop.stop_requested())
                std::this_thread::sleep_for(base::Millis{1});
            has_ended = true;
            return AfterJob::go_on;
        },
        FirstRun::at_once);
    timer.start();
    ASSERT_TRUE(becomes_true([&] { return is_running.load(); }));
    timer.request_stop();
    timer.stop();
    EXPECT_TRUE(has_ended);
    timer.stop();
}

TEST(JobTimerTest, OneThatWasNeverStartedStops) {
    JobTimer timer("unused", for_ever, [](const std::stop_token&) { return AfterJob::pause; });
    timer.request_stop();
    timer.stop();
}

}  // namespace
}  // namespace llmapikey::app
