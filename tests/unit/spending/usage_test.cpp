#include "spending/usage.hpp"

#include <gtest/gtest.h>

#include "support/fake_key_provider.hpp"
#include "support/manual_clock.hpp"

namespace llmapikey {
namespace {

// An account that has spent these amounts on these days.
class KnownSpending final : public SpendingStore {
public:
    std::vector<SpendingDay> known;
    bool is_down = false;
    base::Result<void> note(const std::vector<SpendingReading>&) override { return {}; }
    base::Result<void> note_all_read(base::Timestamp) override { return {}; }
    base::Result<std::vector<SpendingDay>> days(const Seat&, base::Timestamp since) override {
        if (is_down) return base::fail(base::Errc::store_unavailable, "down");
        std::vector<SpendingDay> found;
        for (const SpendingDay& day : known)
            if (day.day >= day_text(since)) found.push_back(day);
        return found;
    }
    base::Result<void> prune_days(base::Timestamp) override { return {}; }
};

class UsageCacheTest : public testing::Test {
protected:
    Grant grant_with_key() {
        Grant grant;
        grant.github_user_id = GithubUserId{1};
        grant.delete_handle = provider_.add_key("key", clock_.now());
        return grant;
    }

    test::ManualClock clock_;
    test::FakeKeyProvider provider_{clock_};
    KnownSpending spending_;
    UsageCache cache_{provider_, spending_, clock_, base::Seconds{1}};
};

TEST_F(UsageCacheTest, IsFreshForAWhileAndThenShownWhileItIsAskedForAgain) {
    const Grant grant = grant_with_key();
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

TEST_F(UsageCacheTest, NothingIsBelowZeroWhateverUpstreamTakesBack) {
    const Grant grant = grant_with_key();
    provider_.change_key(grant.delete_handle, [](UpstreamKey& key) {
        key.usage_daily = key.usage_weekly = key.usage_monthly = key.usage = base::MicroUsd{-5'000'000};
    });
    for (const bool has_books : {true, false}) {
        spending_.is_down = !has_books;
        cache_.refresh(grant);
        const auto known = cache_.peek(grant.delete_handle);
        ASSERT_TRUE(known);
        EXPECT_EQ(known->spent, base::MicroUsd{});
        EXPECT_EQ(known->this_week, base::MicroUsd{});
        EXPECT_EQ(known->this_month, base::MicroUsd{});
    }
}

TEST_F(UsageCacheTest, ForgetsWhatNobodyAsksFor) {
    const Grant watched = grant_with_key(), left = grant_with_key();
    for (const Grant* grant : {&watched, &left}) {
        EXPECT_TRUE(cache_.look(grant->delete_handle).should_refresh);
        cache_.refresh(*grant);
    }
    Grant minted;
    minted.delete_handle = "minted and never looked at";
    cache_.remember_unused(minted, base::MicroUsd{1'000'000});
    for (int minutes = 0; minutes < 12; ++minutes) {
        clock_.advance(std::chrono::minutes{1});
        if (cache_.look(watched.delete_handle).should_refresh) cache_.refresh(watched);
    }
    EXPECT_TRUE(cache_.look(watched.delete_handle).snapshot);
    EXPECT_FALSE(cache_.look(left.delete_handle).snapshot);
    EXPECT_FALSE(cache_.look("minted and never looked at").snapshot);
}

TEST_F(UsageCacheTest, AsksAgainAfterARefreshThatWasGivenUp) {
    const Grant grant = grant_with_key();
    EXPECT_TRUE(cache_.look(grant.delete_handle).should_refresh);
    cache_.abandon_refresh(grant.delete_handle);
    EXPECT_TRUE(cache_.look(grant.delete_handle).should_refresh);
}

TEST_F(UsageCacheTest, FiguresAreThePersonsAndAgreeWithTheDays) {
    const base::Timestamp wednesday = std::chrono::sys_days{std::chrono::year{2027} / 3 / 3} + std::chrono::hours{12};
    clock_.advance(wednesday - clock_.now());
    const Grant grant = grant_with_key();
    provider_.change_key(grant.delete_handle, [](UpstreamKey& key) {
        key.limit = base::MicroUsd{3'000'000};
        key.limit_remaining = base::MicroUsd{2'000'000};
        key.usage_daily = key.usage_weekly = key.usage_monthly = key.usage = base::MicroUsd{1'000'000};
    });
    // Earlier keys have spent 7 of today's 8 dollars, and all of the days before.
    spending_.known = {{"2026-12-01", {99}},
                       {"2027-02-10", {32'000'000}},
                       {"2027-02-28", {16'000'000}},
                       {"2027-03-01", {4'000'000}},
                       {"2027-03-03", {8'000'000}}};
    cache_.refresh(grant);
    const auto known = cache_.look(grant.delete_handle).snapshot.value();
    EXPECT_EQ(known.spent.value, 8'000'000);
    EXPECT_EQ(known.remaining->value, 2'000'000);
    EXPECT_EQ(known.percent_spent(), 80);
    EXPECT_EQ(known.this_week->value, 12'000'000) << "from Monday on";
    EXPECT_EQ(known.this_month->value, 12'000'000);
    EXPECT_EQ(known.days.size(), 4u) << "of the last ninety days";
}

TEST_F(UsageCacheTest, AKeyWithoutALimitHasNothingThatIsLeft) {
    const Grant grant = grant_with_key();
    provider_.change_key(grant.delete_handle, [](UpstreamKey& key) {
        key.limit = key.limit_remaining = std::nullopt;
        key.limit_reset.clear();
    });
    cache_.refresh(grant);
    const auto known = cache_.look(grant.delete_handle).snapshot.value();
    EXPECT_FALSE(known.limit);
    EXPECT_FALSE(known.remaining);
    EXPECT_FALSE(known.percent_spent());
}

TEST_F(UsageCacheTest, WhatWasKnownBeforeAUseIsDropped) {
    const Grant grant = grant_with_key();
    cache_.refresh(grant);
    EXPECT_TRUE(cache_.peek(grant.delete_handle));
    cache_.forget(grant.delete_handle);
    EXPECT_FALSE(cache_.peek(grant.delete_handle));
    const auto known = cache_.look(grant.delete_handle);
    EXPECT_FALSE(known.snapshot);
    EXPECT_TRUE(known.should_refresh) << "and asked for at once";
}

TEST_F(UsageCacheTest, AnAnswerFromBeforeTheUseIsNotKept) {
    const Grant grant = grant_with_key();
    EXPECT_TRUE(cache_.look(grant.delete_handle).should_refresh);
    provider_.during_next_get([&] { cache_.forget(grant.delete_handle); });
    cache_.refresh(grant);
    EXPECT_FALSE(cache_.peek(grant.delete_handle));
    EXPECT_TRUE(cache_.look(grant.delete_handle).should_refresh);
}

TEST_F(UsageCacheTest, OfAPersonWhoseEarlierKeysSpentTodayNothingIsAssumed) {
    Grant grant = grant_with_key();
    grant.carried = base::MicroUsd{4'000'000};
    cache_.remember_unused(grant, base::MicroUsd{6'000'000});
    EXPECT_TRUE(cache_.look(grant.delete_handle).should_refresh);
    grant.carried = {};
    cache_.forget(grant.delete_handle);
    cache_.remember_unused(grant, base::MicroUsd{10'000'000});
    const auto known = cache_.look(grant.delete_handle);
    EXPECT_EQ(known.snapshot->remaining->value, 10'000'000);
    EXPECT_FALSE(known.snapshot->this_week);
}

}  // namespace
}  // namespace llmapikey
