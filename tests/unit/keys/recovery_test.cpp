#include "keys/recovery.hpp"

#include <gtest/gtest.h>

#include "support/key_services.hpp"

namespace llmapikey {
namespace {

class RecoveryTest : public test::KeyServices {
protected:
    Recovered finish() { return recovery_.finish(call_timeout, {}); }
    // A revocation that was interrupted before anything was done upstream.
    Grant interrupted_revocation(const Recipient& recipient) {
        const auto grant = issue(recipient);
        EXPECT_EQ(store_.begin_revocations({grant.id}, ending()).value(), 1);
        return grant;
    }
};

TEST_F(RecoveryTest, WithoutAnythingInterruptedNothingIsDone) {
    issue(ada);
    const auto recovered = recovery_.run_once(call_timeout, {});
    EXPECT_EQ(recovered.settled + recovered.revoked + recovered.replaced + recovered.synchronized, 0);
    EXPECT_TRUE(recovered.failures.empty());
    EXPECT_EQ(provider_.live_keys().size(), 1u);
}

TEST_F(RecoveryTest, ARevocationIsEndedOnceNobodyIsAtItAnyMore) {
    const auto grant = interrupted_revocation(ada);
    EXPECT_EQ(finish().revoked, 0) << "whoever began it is still at it";
    clock_.advance(call_timeout);
    const auto recovered = finish();
    EXPECT_EQ(recovered.revoked, 1);
    EXPECT_TRUE(recovered.failures.empty());
    EXPECT_FALSE(has_row(ada));
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(store_.ledger_of(ada.id)->at(0).ended_at, clock_.now());
    EXPECT_EQ(finish().revoked, 0);
}

TEST_F(RecoveryTest, AKeyThatUpstreamRefusesToRevokeHoldsUpNobodyAndIsTriedEverMoreSeldom) {
    const auto stuck = interrupted_revocation(ada);
    interrupted_revocation(bob);
    clock_.advance(call_timeout);
    provider_.refuse_to_revoke(stuck.delete_handle, refusal());
    const auto first = finish();
    EXPECT_EQ(first.revoked, 1);
    ASSERT_EQ(first.failures.size(), 1u);
    EXPECT_NE(first.failures[0].find("account 1001"), std::string::npos) << first.failures[0];
    EXPECT_FALSE(has_row(bob));
    const auto entry = store_.ledger_of(ada.id)->at(0);
    EXPECT_EQ(entry.attempts, 1);
    ASSERT_TRUE(entry.next_attempt_at);
    EXPECT_GT(*entry.next_attempt_at, clock_.now());
    EXPECT_TRUE(finish().failures.empty()) << "it is not due";
    clock_.advance(std::chrono::duration_cast<base::Seconds>(*entry.next_attempt_at - clock_.now()));
    EXPECT_EQ(finish().failures.size(), 1u);
    EXPECT_EQ(store_.ledger_of(ada.id)->at(0).attempts, 2);
    provider_.refuse_to_revoke(stuck.delete_handle, std::nullopt);
    clock_.advance(revocation_pause_max);
    EXPECT_EQ(finish().revoked, 1);
    EXPECT_FALSE(has_row(ada));
}

TEST_F(RecoveryTest, AnOutageEndsTheRound) {
    std::vector<Grant> grants;
    for (std::int64_t account = 1; account <= 6; ++account)
        grants.push_back(interrupted_revocation({{account}, "x"}));
    clock_.advance(call_timeout);
    for (const Grant& grant : grants)
        provider_.refuse_to_revoke(grant.delete_handle, outage());
    EXPECT_EQ(finish().failures.size(), 3u) << "and not once for each";
    int calls = 0;
    for (const Grant& grant : grants)
        calls += provider_.revoke_calls(grant.delete_handle);
    EXPECT_EQ(calls, 3);
}

TEST_F(RecoveryTest, AReplacementGoesOnToItsPlaceInTheQueue) {
    const auto old = issue(ada);
    ASSERT_TRUE(store_.begin_replacement(old.id, ending()));
    const auto recovered = finish();
    EXPECT_EQ(recovered.replaced, 1);
    EXPECT_TRUE(recovered.failures.empty());
    EXPECT_EQ(row_of(ada).status, GrantStatus::waiting);
    EXPECT_NE(row_of(ada).id, old.id);
    EXPECT_TRUE(provider_.live_keys().empty()) << "the old key is gone before the new one is asked for";
}

TEST_F(RecoveryTest, AChangeReachesUpstream) {
    const auto grant = issue(ada);
    ASSERT_TRUE(store_.begin_change(grant.id, {true, base::MicroUsd{9'000'000}}, "a change"));
    EXPECT_EQ(finish().synchronized, 1);
    EXPECT_TRUE(provider_.live_keys()[0].is_disabled);
    EXPECT_EQ(provider_.live_keys()[0].limit->value, 9'000'000);
    EXPECT_EQ(row_of(ada).unsynced, "");
    EXPECT_EQ(finish().synchronized, 0);
}

TEST_F(RecoveryTest, AChangeThatFailsByItselfIsPostponedAndTheOthersGoOn) {
    const auto one = issue(ada), other = issue(bob);
    for (const Grant& grant : {one, other})
        ASSERT_TRUE(store_.begin_change(grant.id, {true, std::nullopt}, "a change"));
    provider_.refuse(one.delete_handle, refusal());
    const auto first = finish();
    EXPECT_EQ(first.synchronized, 1);
    EXPECT_EQ(first.failures.size(), 1u);
    const int calls = provider_.update_calls();
    EXPECT_TRUE(finish().failures.empty());
    EXPECT_EQ(provider_.update_calls(), calls) << "it is left alone for a while";
    clock_.advance(base::Seconds{5});
    EXPECT_EQ(finish().failures.size(), 1u);
    clock_.advance(base::Seconds{5});
    EXPECT_TRUE(finish().failures.empty()) << "and then for longer";
    provider_.refuse(one.delete_handle, std::nullopt);
    clock_.advance(base::Seconds{5});
    EXPECT_EQ(finish().synchronized, 1);
}

TEST_F(RecoveryTest, ACapIsRaisedWhenTheDayIsOver) {
    issue(ada);
    const std::string first = row_of(ada).delete_handle;
    provider_.change_key(first, [](UpstreamKey& key) { key.usage_daily = key.usage = base::MicroUsd{700'000}; });
    ASSERT_TRUE(replacement_.begin(row_of(ada), recipient_of(ada.id), "rotated", soon()));
    ASSERT_EQ(issuance_.issue(terms(), ada).status, KeyOutcome::created);
    ASSERT_EQ(provider_.live_keys()[0].limit->value, 1'800'000) << "what the old key has spent today counts";
    EXPECT_EQ(finish().synchronized, 0);
    clock_.advance(std::chrono::hours{24});
    EXPECT_EQ(finish().synchronized, 1);
    EXPECT_EQ(provider_.live_keys()[0].limit->value, 2'500'000);
    EXPECT_FALSE(row_of(ada).carried_until);
}

TEST_F(RecoveryTest, AttemptsInDoubtAreSettledYoungAndOld) {
    for (const Recipient& each : {ada, bob}) {
        const auto grant = reserve(each);
        make_upstream(grant);
        ASSERT_TRUE(store_.mark_ambiguous(attempt_of(grant), ""));
        if (each.id == ada.id) clock_.advance(wait_max + base::Seconds{1});
    }
    const auto recovered = recovery_.settle({});
    EXPECT_EQ(recovered.settled, 2);
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_FALSE(has_row(ada)) << "long ago: nobody waits for it";
    EXPECT_EQ(row_of(bob).status, GrantStatus::waiting);
}

TEST_F(RecoveryTest, WhatAllMeetTogetherIsToldOnce) {
    for (const Recipient& each : {ada, bob, cleo}) {
        const auto grant = reserve(each);
        ASSERT_TRUE(store_.mark_ambiguous(attempt_of(grant), ""));
    }
    provider_.fail_next_list();
    EXPECT_EQ(recovery_.settle({}).failures.size(), 1u);
}

TEST_F(RecoveryTest, BeforeACommandsRevocationsOnlyTheirAttemptsAreSettled) {
    const auto doubtful = reserve(ada);
    ASSERT_TRUE(store_.mark_ambiguous(attempt_of(doubtful), ""));
    const auto ended = reserve(bob);
    make_upstream(ended);
    ASSERT_TRUE(store_.begin_revocations({ended.id}, ending()));
    clock_.advance(settlement_.settle_time() + base::Seconds{1});
    recovery_.settle_endings();
    EXPECT_EQ(row_of(ada).status, GrantStatus::ambiguous);
    EXPECT_FALSE(is_ending_attempt(row_of(bob)));
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_F(RecoveryTest, WhenToldToStopNothingIsBegun) {
    interrupted_revocation(ada);
    const auto replacing = issue(bob);
    ASSERT_TRUE(store_.begin_replacement(replacing.id, ending()));
    clock_.advance(call_timeout);
    std::stop_source source;
    source.request_stop();
    const auto recovered = recovery_.run_once(call_timeout, source.get_token());
    EXPECT_EQ(recovered.revoked + recovered.replaced, 0);
    EXPECT_EQ(provider_.live_keys().size(), 2u);
}

}  // namespace
}  // namespace llmapikey
