#include "service/usage.hpp"

#include <gtest/gtest.h>

#include "support/fake_key_provider.hpp"
#include "support/manual_clock.hpp"

namespace llmapikey::service {
namespace {

class NoSpending final : public SpendingStore {
public:
    base::Result<void> note(const std::vector<SpendingReading>&) override { return {}; }
    base::Result<std::vector<SpendingDay>> days(domain::GithubUserId, base::Timestamp) override {
        return std::vector<SpendingDay>{};
    }
    base::Result<void> prune_days(base::Timestamp) override { return {}; }
};

class UsageCacheTest : public testing::Test {
protected:
    domain::Grant grant_with_key() {
        domain::Grant grant;
        grant.github_user_id = domain::GithubUserId{1};
        grant.delete_handle = provider_.add_key("key", clock_.now());
        return grant;
    }

    test::ManualClock clock_;
    test::FakeKeyProvider provider_{clock_};
    NoSpending spending_;
    UsageCache cache_{provider_, spending_, clock_, base::Seconds{1}};
};

TEST_F(UsageCacheTest, IsFreshForAWhileAndThenShownWhileItIsAskedForAgain) {
    const domain::Grant grant = grant_with_key();
    EXPECT_TRUE(cache_.look(grant.delete_handle).should_refresh);
    EXPECT_FALSE(cache_.look(grant.delete_handle).should_refresh) << "one is asking already";
    cache_.refresh(grant);
    EXPECT_TRUE(cache_.look(grant.delete_handle).is_fresh);
    clock_.advance(base::Seconds{21});
    const auto known = cache_.look(grant.delete_handle);
    EXPECT_TRUE(known.snapshot);
    EXPECT_FALSE(known.is_fresh);
    EXPECT_TRUE(known.should_refresh);
}

TEST_F(UsageCacheTest, ForgetsWhatNobodyAsksFor) {
    const domain::Grant watched = grant_with_key(), left = grant_with_key();
    for (const domain::Grant* grant : {&watched, &left}) {
        EXPECT_TRUE(cache_.look(grant->delete_handle).should_refresh);
        cache_.refresh(*grant);
    }
    cache_.remember_unused("minted and never looked at", base::MicroUsd{1'000'000});
    for (int minutes = 0; minutes < 12; ++minutes) {
        clock_.advance(std::chrono::minutes{1});
        if (cache_.look(watched.delete_handle).should_refresh) cache_.refresh(watched);
    }
    EXPECT_TRUE(cache_.look(watched.delete_handle).snapshot);
    EXPECT_FALSE(cache_.look(left.delete_handle).snapshot);
    EXPECT_FALSE(cache_.look("minted and never looked at").snapshot);
}

TEST_F(UsageCacheTest, AsksAgainAfterARefreshThatWasGivenUp) {
    const domain::Grant grant = grant_with_key();
    EXPECT_TRUE(cache_.look(grant.delete_handle).should_refresh);
    cache_.abandon_refresh(grant.delete_handle);
    EXPECT_TRUE(cache_.look(grant.delete_handle).should_refresh);
}

}  // namespace
}  // namespace llmapikey::service
