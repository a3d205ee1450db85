#include "keys/key_ending.hpp"

#include <gtest/gtest.h>

#include "keys/account_check.hpp"
#include "support/key_services.hpp"

namespace llmapikey {
namespace {

class KeyEndingTest : public test::KeyServices {
protected:
    base::Result<void> end(const Grant& grant) {
        return end_key_upstream(provider_, store_, grant, clock_.now(), soon());
    }
    std::int64_t spent_today() {
        const auto days = store_.days({ada.id}, clock_.now()).value();
        return days.empty() ? 0 : days[0].spent.value;
    }
};

TEST_F(KeyEndingTest, WhatTheKeyHasSpentTodayIsKeptAndTheKeyIsGone) {
    const auto grant = issue(ada);
    provider_.change_key(grant.delete_handle,
                         [](UpstreamKey& key) { key.usage_daily = key.usage = base::MicroUsd{700'000}; });
    ASSERT_TRUE(end(grant));
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(spent_today(), 700'000);
    EXPECT_TRUE(end(grant)) << "one that is gone already is a success";
    EXPECT_EQ(spent_today(), 700'000);
}

TEST_F(KeyEndingTest, AKeyThatCannotBeRevokedIsSwitchedOffAtLeast) {
    const auto grant = issue(ada);
    provider_.refuse_to_revoke(grant.delete_handle, refusal());
    const auto failed = end(grant);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, base::Errc::upstream_refused);
    EXPECT_TRUE(provider_.live_keys()[0].is_disabled);
}

TEST_F(KeyEndingTest, NothingIsRevokedWhileItsSpendingCannotBeRead) {
    const auto grant = issue(ada);
    provider_.refuse(grant.delete_handle, outage());
    EXPECT_EQ(end(grant).error().code, base::Errc::upstream_down);
    EXPECT_EQ(provider_.revoke_calls(grant.delete_handle), 0);
}

TEST_F(KeyEndingTest, AGrantThatNeverHadAKeyNeedsNoCall) {
    EXPECT_TRUE(end(reserve(ada)));
    EXPECT_EQ(provider_.update_calls(), 0);
}

class AccountCheckTest : public test::KeyServices {
protected:
    base::Result<bool> is_ours() { return is_our_account(store_, provider_, soon()); }
};

TEST_F(AccountCheckTest, OneKeyThatUpstreamKnowsIsEnough) {
    EXPECT_TRUE(is_ours().value()) << "there is no row to tell by";
    const auto gone = issue(ada);
    issue(bob);
    provider_.remove_key(gone.delete_handle);
    EXPECT_TRUE(is_ours().value());
}

TEST_F(AccountCheckTest, AnUpstreamThatKnowsNoneIsAnotherAccount) {
    for (const Recipient& each : {ada, bob, cleo})
        provider_.remove_key(issue(each).delete_handle);
    EXPECT_FALSE(is_ours().value());
    for (const Recipient& each : {ada, bob, cleo})
        ASSERT_TRUE(store_.set_missing({row_of(each).id}, clock_.now()));
    EXPECT_TRUE(is_ours().value()) << "those that are known to be missing tell nothing";
}

TEST_F(AccountCheckTest, AnUpstreamThatDoesNotAnswerTellsNothing) {
    const auto grant = issue(ada);
    provider_.refuse(grant.delete_handle, outage());
    const auto unknown = is_ours();
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, base::Errc::upstream_down);
}

}  // namespace
}  // namespace llmapikey
