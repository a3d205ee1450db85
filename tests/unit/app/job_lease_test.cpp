#include "app/jobs/job_lease.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "support/manual_clock.hpp"

namespace llmapikey::app {
namespace {

// Leases of all processes, by name; they never run out.
class KnownLeases final : public Leases {
public:
    base::Result<bool> acquire(const std::string& name, const std::string& holder, base::Timestamp,
                               base::Seconds) override {
        ++acquired;
        if (is_away) return base::fail(base::Errc::store_unavailable, "away");
        return holders.try_emplace(name, holder).first->second == holder;
    }
    base::Result<void> release(const std::string& name, const std::string& holder) override {
        if (is_away) return base::fail(base::Errc::store_unavailable, "away");
        const auto held = holders.find(name);
        if (held != holders.end() && held->second == holder) holders.erase(held);
        return {};
    }

    std::map<std::string, std::string> holders;
    int acquired = 0;
    bool is_away = false;
};

class JobLeasesTest : public testing::Test {
protected:
    test::ManualClock clock_;
    KnownLeases store_;
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
    EXPECT_EQ(store_.acquired, 1);
    lease_.renewed_at = *lease_.renewed_at - std::chrono::minutes{20};
    EXPECT_TRUE(here_.hold(lease_));
    EXPECT_EQ(store_.acquired, 2) << "renewed after a third of it";
}

TEST_F(JobLeasesTest, WhoHasItNotAsksEachTime) {
    ASSERT_TRUE(here_.hold(lease_));
    EXPECT_FALSE(there_.hold(lease_there_));
    here_.give_back({"bulk"});
    EXPECT_TRUE(there_.hold(lease_there_)) << "others need not wait for it to run out";
}

TEST_F(JobLeasesTest, WhatAnotherProcessHoldsIsNotGivenBack) {
    ASSERT_TRUE(here_.hold(lease_));
    there_.give_back({"bulk", "webhooks"});
    EXPECT_FALSE(there_.hold(lease_there_));
}

TEST_F(JobLeasesTest, WhereTheDatabaseDoesNotSayNobodyHoldsIt) {
    store_.is_away = true;
    EXPECT_FALSE(here_.hold(lease_));
    EXPECT_FALSE(lease_.renewed_at);
    here_.give_back({"bulk"});
    store_.is_away = false;
    EXPECT_TRUE(here_.hold(lease_));
}

TEST_F(JobLeasesTest, WhoLosesItWhenItIsRenewedHoldsItNoLonger) {
    ASSERT_TRUE(here_.hold(lease_));
    store_.holders["bulk"] = "another process";
    lease_.renewed_at = *lease_.renewed_at - std::chrono::minutes{20};
    EXPECT_FALSE(here_.hold(lease_));
    EXPECT_FALSE(here_.hold(lease_)) << "and does not remember that it had it";
}

}  // namespace
}  // namespace llmapikey::app
