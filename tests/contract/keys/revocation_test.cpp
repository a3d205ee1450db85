// Decisions that meet keys on their way: being made, being replaced, waited for, or already ending.
// Over real databases and an upstream in memory.
#include <gtest/gtest.h>

#include "bulk/bulk_revocation.hpp"
#include "bulk/store_bulk.hpp"
#include "keys/mint_dispatcher.hpp"
#include "keys/own_key.hpp"
#include "keys/recovery.hpp"
#include "support/fake_key_provider.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

const Recipient ada{{1001}, "ada"};
const Recipient bob{{1002}, "bob"};
const Recipient eve{{1003}, "eve"};
const Hold forever{std::nullopt, "leaked"};
const Initiator organizer{"github:1", "test"};
constexpr base::Seconds call_timeout{15};

class Revoking : public StoresUnderTest {
protected:
    static Terms terms() {
        Terms terms;
        terms.is_enabled = true;
        terms.daily_limit = base::MicroUsd{10'000'000};
        return terms;
    }
    static base::Deadline soon() { return base::Deadline::after(base::Millis{20'000}); }
    IssueAnswer issue_key(const Recipient& recipient = ada) { return issuance_.issue(terms(), recipient); }
    std::optional<Grant> held(const Recipient& recipient = ada) { return *keys_->find({recipient.id}); }
    void wait_in_queue(const Recipient& recipient = ada) {
        limiter_.set_has_queue(true);
        EXPECT_EQ(issue_key(recipient).status, KeyOutcome::queued);
        limiter_.set_has_queue(false);
    }
    void hold(const Hold& hold, const Recipient& recipient = ada) {
        ASSERT_TRUE(admin_->set_hold(recipient.id, hold, "github:1", clock_.now()));
    }
    base::Result<Grant> revoke(const std::string& id, std::optional<Hold> hold = forever) {
        return revocation_.revoke(id, organizer, "leaked", hold, soon());
    }
    void heal() {
        for (int round = 0; round < 3; ++round) {
            clock_.advance(base::Seconds{31});
            recovery_.run_once(call_timeout, {});
        }
    }
    base::Result<BulkRevocation> begin_all() {
        const auto count = bulks_.count("all=true", 1000);
        EXPECT_TRUE(count) << count.error().detail;
        return bulks_.begin("all=true", organizer, "leaked", forever, *count);
    }
    // As in the program: it could be stopped for a while, in which people go on.
    base::Result<BulkRevocation> begin_all_soon() {
        BulkRevoker patient{bulk_store_, *admin_, revocation_, *audit_, clock_, call_timeout, base::Seconds{5}};
        return patient.begin("all=true", organizer, "leaked", forever, patient.count("all=true", 1000).value());
    }
    void finish_bulks() {
        for (int round = 0; round < 12; ++round) {
            clock_.advance(base::Seconds{6});
            EXPECT_EQ(bulks_.run_once({}), "");
            recovery_.run_once(call_timeout, {});
        }
    }
    // Nothing is left of it, and it may not come back.
    void expect_ended(const Recipient& recipient) {
        EXPECT_FALSE(held(recipient)) << recipient.login << ": " << to_text(held(recipient)->status);
        for (const UpstreamKey& key : provider_.live_keys())
            EXPECT_EQ(key.name.find(recipient.id.text() + "/"), std::string::npos) << key.name;
        const auto answer = issue_key(recipient);
        EXPECT_EQ(answer.status, KeyOutcome::on_hold) << recipient.login;
        EXPECT_TRUE(answer.hold && !answer.hold->until) << recipient.login;
    }

    FakeKeyProvider provider_{clock_};
    base::Sealer sealer_{base::Secret(std::string(32, 'k')), "raw keys"};
    NonceMaker nonces_{base::Secret(std::string(32, 'k'))};
    ConcurrencyLimiter limiter_{4, 4};
    Replacement replacement_{*replacements_, *spending_, provider_, *audit_, clock_};
    Issuance issuance_{
        {*keys_, *queue_, provider_, replacement_, sealer_, nonces_, limiter_, clock_, [](const auto&) {}, {}},
        base::Seconds{15}};
    Revocation revocation_{*admin_, *spending_, provider_, *audit_, clock_};
    OwnKey own_{*keys_, issuance_, replacement_, revocation_, clock_};
    Settlement settlement_{*keys_, *queue_, provider_, clock_, call_timeout};
    Recovery recovery_{{*keys_, *admin_, *replacements_, provider_, settlement_, revocation_, replacement_}, clock_};
    SqlBulkStore bulk_store_{sql_};
    BulkRevoker bulks_{bulk_store_, *admin_, revocation_, *audit_, clock_, call_timeout};
};

TEST_P(Revoking, WhoWaitsAndIsPutOnHoldIsToldSoAndWaitsNoLonger) {
    wait_in_queue();
    hold(forever);
    EXPECT_EQ(issue_key().status, KeyOutcome::on_hold);
    EXPECT_EQ(provider_.mint_calls(), 0);
    EXPECT_FALSE(held());
    EXPECT_EQ(keys_->totals()->live, 0);
}

TEST_P(Revoking, WhoIsPutOnHoldIsToldSoAlsoWhereThereIsNoLane) {
    wait_in_queue();
    hold(forever);
    limiter_.set_has_queue(true);
    EXPECT_EQ(issue_key().status, KeyOutcome::on_hold);
    EXPECT_FALSE(held());
}

TEST_P(Revoking, TheQueuePassesOverWhoIsOnHoldAndFreesThePlace) {
    wait_in_queue();
    wait_in_queue(bob);
    hold(forever);
    base::WorkQueue workers("minting", 1, 10);
    MintDispatcher dispatcher(*keys_, *queue_, issuance_, limiter_, workers, clock_, [](const auto&) {});
    dispatcher.run_once(terms(), {});
    workers.stop();
    EXPECT_FALSE(held());
    EXPECT_EQ(held(bob)->status, GrantStatus::active);
    EXPECT_EQ(provider_.mint_calls(), 1);
    EXPECT_EQ(keys_->totals()->live, 1);
}

TEST_P(Revoking, AHoldThatComesWhileTheKeyIsMadeEndsIt) {
    provider_.during_next_mint([this] { hold(forever); });
    EXPECT_EQ(issue_key().status, KeyOutcome::on_hold);
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_FALSE(held());
}

TEST_P(Revoking, AnExpiredKeyIsNotReplacedUnderAHold) {
    issue_key();
    hold(forever);
    clock_.advance(std::chrono::days{91});
    const auto answer = issue_key();
    EXPECT_EQ(answer.status, KeyOutcome::on_hold);
    EXPECT_TRUE(answer.hold);
    EXPECT_EQ(provider_.mint_calls(), 1);
}

TEST_P(Revoking, AKeyThatIsGoneUpstreamIsNotReplacedUnderAHold) {
    const auto key = issue_key();
    hold(forever);
    provider_.remove_key(key.grant->delete_handle);
    ASSERT_TRUE(admin_->set_missing({key.grant->id}, clock_.now()));
    EXPECT_EQ(issue_key().status, KeyOutcome::on_hold);
    EXPECT_EQ(provider_.mint_calls(), 1);
}

TEST_P(Revoking, AKeyThatIsBeingMadeEndsAsRevoked) {
    provider_.during_next_mint([this] {
        const auto revoked = revoke(held()->id);
        ASSERT_TRUE(revoked) << revoked.error().detail;
        EXPECT_EQ(revoked->status, GrantStatus::revoking);
        EXPECT_TRUE(keys_->find_account({ada.id})->hold) << "at once";
    });
    EXPECT_EQ(issue_key().status, KeyOutcome::on_hold);
    EXPECT_TRUE(provider_.live_keys().empty()) << "whoever has made it ends it";
    heal();
    expect_ended(ada);
    EXPECT_TRUE(admin_->ledger_of(ada.id)->at(0).ended_at);
}

TEST_P(Revoking, AKeyWhoseMakerDiedEndsAsRevoked) {
    provider_.fail_next_mint(FakeKeyProvider::MintFault::lost_after_effect);
    provider_.during_next_mint([this] { ASSERT_TRUE(revoke(held()->id)); });
    issue_key();
    ASSERT_EQ(provider_.live_keys().size(), 1u);
    heal();
    EXPECT_TRUE(provider_.live_keys().empty());
    expect_ended(ada);
}

TEST_P(Revoking, AnAttemptWhoseKeyAppearsLateEndsAsRevoked) {
    const auto pending = reserve(ada.id.value);
    ASSERT_TRUE(revoke(pending.id));
    clock_.advance(base::Seconds{20});
    recovery_.run_once(call_timeout, {});
    ASSERT_TRUE(held()) << "too early to say that nothing will appear";
    provider_.add_key(upstream_key_name(ada.id, pending.nonce), clock_.now());
    recovery_.run_once(call_timeout, {});
    EXPECT_TRUE(provider_.live_keys().empty());
    heal();
    expect_ended(ada);
}

TEST_P(Revoking, AKeyThatIsBeingReplacedEndsAsRevoked) {
    issue_key();
    provider_.fail_next_revoke();
    EXPECT_EQ(own_.rotate(terms(), ada, "", "test").status, KeyOutcome::ambiguous);
    ASSERT_TRUE(revoke(held()->id));
    expect_ended(ada);
}

TEST_P(Revoking, AllMeansEveryRowThatIsThereWhateverItsStatus) {
    wait_in_queue();
    const auto pending = reserve(bob.id.value, "bob");
    provider_.add_key(upstream_key_name(bob.id, pending.nonce), clock_.now());
    issue_key(eve);
    provider_.fail_next_revoke();
    EXPECT_EQ(own_.rotate(terms(), eve, "", "test").status, KeyOutcome::ambiguous);
    issue_key({{1004}, "dan"});
    ASSERT_TRUE(begin_all());
    finish_bulks();
    EXPECT_TRUE(bulk_store_.list_open(10)->empty());
    EXPECT_EQ(bulk_store_.list_latest(1)->at(0).total, 4);
    for (const Recipient& each : {ada, bob, eve, Recipient{{1004}, "dan"}})
        expect_ended(each);
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_P(Revoking, AllMeansAlsoWhatIsReplacedAfterTheDecision) {
    issue_key();
    const auto key = issue_key(bob);
    clock_.advance(base::Seconds{60});
    ASSERT_TRUE(begin_all_soon());
    clock_.advance(base::Seconds{3});
    ASSERT_EQ(own_.rotate(terms(), ada, "", "test").status, KeyOutcome::created);
    ASSERT_EQ(own_.rotate(terms(), bob, "", "test").status, KeyOutcome::created);
    issue_key(eve);
    ASSERT_TRUE(bulks_.begin("ids=" + key.grant->id, organizer, "leaked", forever));
    finish_bulks();
    EXPECT_TRUE(bulk_store_.list_open(10)->empty());
    expect_ended(ada);
    expect_ended(bob);
    EXPECT_EQ(held(eve)->status, GrantStatus::active) << "came later";
}

TEST_P(Revoking, ChosenKeysCannotBeReplacedAfterTheDecision) {
    const auto key = issue_key();
    clock_.advance(base::Seconds{60});
    ASSERT_TRUE(bulks_.begin("ids=" + key.grant->id, organizer, "leaked", forever));
    EXPECT_EQ(own_.rotate(terms(), ada, "", "test").status, KeyOutcome::on_hold);
    finish_bulks();
    expect_ended(ada);
}

TEST_P(Revoking, ASecondDecisionWhileTheFirstIsStuckHoldsAtOnce) {
    const auto key = issue_key();
    provider_.fail_next_revoke();
    EXPECT_FALSE(revoke(key.grant->id, std::nullopt));
    EXPECT_FALSE(keys_->find_account({ada.id})->hold);
    provider_.fail_next_revoke();
    EXPECT_FALSE(revoke(key.grant->id));
    ASSERT_TRUE(keys_->find_account({ada.id})->hold);
    heal();
    expect_ended(ada);
}

TEST_P(Revoking, ABulkDecisionHoldsAtOnceWhatIsEndingAlready) {
    const auto key = issue_key();
    provider_.fail_next_revoke();
    EXPECT_FALSE(revoke(key.grant->id, std::nullopt));
    ASSERT_TRUE(begin_all());
    EXPECT_TRUE(keys_->find_account({ada.id})->hold) << "before any step of it";
    heal();
    expect_ended(ada);
}

TEST_P(Revoking, WhatWasSpentTodayIsKeptAlsoWhereARevocationIsResumed) {
    const auto key = issue_key();
    provider_.change_key(key.grant->delete_handle, [](UpstreamKey& upstream) {
        upstream.usage_daily = upstream.usage = base::MicroUsd{7'000'000};
        upstream.limit_remaining = base::MicroUsd{3'000'000};
    });
    ASSERT_EQ(admin_->begin_revocations({key.grant->id}, ending()).value(), 1) << "and then it died";
    clock_.advance(base::Seconds{31});
    EXPECT_EQ(recovery_.run_once(call_timeout, {}).revoked, 1);
    ASSERT_EQ(issue_key().status, KeyOutcome::created);
    EXPECT_EQ(provider_.live_keys().at(0).limit->value, 3'000'000);
}

INSTANTIATE_TEST_SUITE_P(Stores, Revoking, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
