#include "app/jobs/job_lease.hpp"

#include <gtest/gtest.h>

#include "support/manual_clock.hpp"
#include "support/memory_leases.hpp"

namespace llmapikey::app {
namespace {

class JobLeasesTest : public testing::Test {
protected:
    test::ManualClock clock_;
    test::MemoryLeases store_;
    JobLeases here_{store_, clock_}, there_{store_, clock_};
    JobLease lease_{"bulk", std::chrono::hours{1}}, lease_there_{"bulk", std::chrono::hours{1}};
};

TEST_F(JobLeasesTest, OneOfSeveralProcessesHoldsIt) {
    EXPECT_TRUE(here_.hold(lease_));
    EXPECT_FALSE(there_.hold(lease_there_));
    JobLease another{"webhooks", std::chrono::hours{1}};
    EXPECT_TRUE(there_.hold(another));
}

TEST_F(JobLeasesTest, WhileItLastsTheDatabaseIsNotAskedAgain) {
    for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(here_.hold(lease_));
    EXPECT_EQ(store_.asked(), 1);
    lease_.renewed_at = *lease_.renewed_at - std::chrono::minutes{20};
    EXPECT_TRUE(here_.hold(lease_));
    EXPECT_EQ(store_.asked(), 2) << "renewed after a third of it";
}

TEST_F(JobLeasesTest, WhoHasItNotAsksEachTime) {
    ASSERT_TRUE(here_.hold(lease_));
    EXPECT_FALSE(there_.hold(lease_there_));
    here_.give_back();
    EXPECT_TRUE(there_.hold(lease_there_)) << "others need not wait for it to run out";
}

TEST_F(JobLeasesTest, WhatAnotherProcessHoldsByNowIsNotGivenBack) {
    ASSERT_TRUE(there_.hold(lease_there_));
    store_.set_holder("bulk", "");  // it has run out
    ASSERT_TRUE(here_.hold(lease_));
    there_.give_back();
    lease_there_.renewed_at = std::nullopt;
    EXPECT_FALSE(there_.hold(lease_there_));
}

TEST_F(JobLeasesTest, WhereTheDatabaseDoesNotSayNobodyHoldsIt) {
    store_.set_away(true);
    EXPECT_FALSE(here_.hold(lease_));
    EXPECT_FALSE(lease_.renewed_at);
    here_.give_back();
    store_.set_away(false);
    EXPECT_TRUE(here_.hold(lease_));
}

TEST_F(JobLeasesTest, WhoLosesItWhenItIsRenewedHoldsItNoLonger) {
    ASSERT_TRUE(here_.hold(lease_));
    store_.set_holder("bulk", "another process");
    lease_.renewed_at = *lease_.renewed_at - std::chrono::minutes{20};
    EXPECT_FALSE(here_.hold(lease_));
    EXPECT_FALSE(here_.hold(lease_)) << "and does not remember that it had it";
}

}  // namespace
}  // namespace llmapikey::app
