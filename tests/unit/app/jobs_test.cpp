#include "app/jobs/jobs.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <mutex>
#include <thread>

#include "support/manual_clock.hpp"
#include "support/memory_leases.hpp"
#include "support/metric_lines.hpp"
#include "support/waiting.hpp"

namespace llmapikey::app {
namespace {

constexpr base::Millis for_ever{3'600'000};
constexpr base::Seconds no_lease{0};

using test::becomes_true;

class JobsTest : public testing::Test {
protected:
    // A row that runs at once, and then pauses for longer than the test takes.
    static Job row(const char* name, std::function<JobRun(const std::stop_token&)> run) {
        return {name, for_ever, no_lease, Counted::each_run, Wanted::yes, FirstRun::at_once, std::move(run)};
    }
    void start(std::vector<Job> table) {
        jobs_.emplace(std::move(table), leases_, metrics_, [this](const std::string& message) {
            const std::lock_guard lock(mutex_);
            failures_.push_back(message);
        });
        jobs_->start();
    }
    bool has_metric(const std::string& line) { return test::has_line(metrics_, line); }

    test::ManualClock clock_;
    test::MemoryLeases store_;
    JobLeases leases_{store_, clock_};
    ops::Metrics metrics_{{"other"}};
    std::mutex mutex_;
    std::vector<std::string> failures_;
    std::atomic<int> runs_{0};
    std::optional<Jobs> jobs_;
};

TEST_F(JobsTest, ARunIsCountedAndItsFailuresAreReportedWithTheNameOfTheJob) {
    start({row("bulk",
               [this](const auto&) {
                   return ++runs_, JobRun{AfterJob::pause, {"one", "two"}};
               }),
           row("statistics", [this](const auto&) { return ++runs_, JobRun{}; })});
    ASSERT_TRUE(becomes_true([this] { return runs_ == 2; }));
    jobs_->stop();
    EXPECT_EQ(failures_, (std::vector<std::string>{"bulk: one", "bulk: two"}));
    EXPECT_TRUE(has_metric(R"(llmapikey_task_runs_total{outcome="failed",task="bulk"} 1)")) << metrics_.text();
    EXPECT_TRUE(has_metric(R"(llmapikey_task_runs_total{outcome="ok",task="statistics"} 1)"));
}

TEST_F(JobsTest, AJobThatCountsItselfIsExpectedFromTheStart) {
    Job itself = row("reconcile", [this](const auto&) { return ++runs_, JobRun{}; });
    itself.counted = Counted::by_itself;
    Job never = row("probe", [this](const auto&) { return ++runs_, JobRun{}; });
    never.counted = Counted::never;
    start({itself, never});
    ASSERT_TRUE(becomes_true([this] { return runs_ == 2; }));
    jobs_->stop();
    for (const char* outcome : {"ok", "failed"})
        EXPECT_TRUE(
            has_metric(std::string("llmapikey_task_runs_total{outcome=\"") + outcome + R"(",task="reconcile"} 0)"))
            << "an alert needs the 0 before the first failure";
    EXPECT_EQ(metrics_.text().find("task=\"probe\""), std::string::npos);
}

TEST_F(JobsTest, WhatIsNotWantedNeverRunsAndIsNotExpected) {
    Job unwanted = row("bulk", [this](const auto&) { return ++runs_, JobRun{}; });
    unwanted.wanted = Wanted::no;
    std::atomic<bool> has_run = false;
    start({unwanted, row("upkeep", [&](const auto&) { return has_run = true, JobRun{}; })});
    ASSERT_TRUE(becomes_true([&] { return has_run.load(); }));
    jobs_->wake("bulk");
    jobs_->stop();
    EXPECT_EQ(runs_, 0);
    EXPECT_EQ(metrics_.text().find("task=\"bulk\""), std::string::npos);
}

TEST_F(JobsTest, WhileAnotherProcessHasTheLeaseTheJobDoesNotRun) {
    Job leased = row("bulk", [this](const auto&) { return ++runs_, JobRun{}; });
    leased.lease = base::Seconds{20};
    leased.pause = base::Millis{1};
    store_.set_holder("bulk", "another process");
    start({leased});
    ASSERT_TRUE(becomes_true([this] { return store_.asked() >= 3; }));
    EXPECT_EQ(runs_, 0);
    store_.set_holder("bulk", "");
    EXPECT_TRUE(becomes_true([this] { return runs_ > 0; }));
    jobs_->stop();
    leases_.give_back();
    EXPECT_EQ(store_.holder("bulk"), "");
}

TEST_F(JobsTest, WakingEndsThePauseOfThatJobAlone) {
    std::atomic<int> other{0};
    start({row("minting", [this](const auto&) { return ++runs_, JobRun{}; }),
           row("recovery", [&](const auto&) { return ++other, JobRun{}; })});
    ASSERT_TRUE(becomes_true([&] { return runs_ == 1 && other == 1; }));
    jobs_->wake("minting");
    EXPECT_TRUE(becomes_true([this] { return runs_ == 2; }));
    EXPECT_EQ(other, 1);
    EXPECT_THROW(jobs_->wake("mintng"), std::logic_error);
}

TEST_F(JobsTest, StoppingTellsRunsThatAreUnderWayAndWaitsForThem) {
    std::atomic<bool> has_begun = false, has_ended = false;
    start({row("recovery", [&](const std::stop_token& stop) {
        has_begun = true;
        while (!stop.stop_requested())
            std::this_thread::sleep_for(base::Millis{1});
        has_ended = true;
        return JobRun{};
    })});
    ASSERT_TRUE(becomes_true([&] { return has_begun.load(); }));
    jobs_->stop();
    EXPECT_TRUE(has_ended);
    jobs_->stop();
}

}  // namespace
}  // namespace llmapikey::app
