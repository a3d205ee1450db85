// A key's whole life over real databases and an upstream in memory: replaced, given back, expired,
// lost, found.
#include <gtest/gtest.h>

#include "keys/mint_dispatcher.hpp"
#include "keys/own_key.hpp"
#include "keys/reconciliation.hpp"
#include "keys/recovery.hpp"
#include "support/fake_key_provider.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

const Recipient ada{{1001}, "ada"};
constexpr base::Seconds settle_wait{30};
const base::Timestamp noon = std::chrono::sys_days{std::chrono::year{2027} / 2 / 22} + std::chrono::hours{12};

class KeyLife : public StoresUnderTest {
protected:
    KeyLife() { clock_.advance(noon - clock_.now()); }

    static Terms terms() {
        Terms terms;
        terms.is_enabled = true;
        terms.daily_limit = base::MicroUsd{10'000'000};
        return terms;
    }
    IssueAnswer issue_key(const Recipient& recipient = ada) { return issuance_.issue(terms(), recipient); }
    Grant held(const Recipient& recipient = ada) { return keys_->find({recipient.id})->value(); }
    void spend(const std::string& handle, std::int64_t micro_usd) {
        provider_.change_key(handle, [&](UpstreamKey& key) {
            key.usage.value += micro_usd;
            key.usage_daily->value += micro_usd;
            key.limit_remaining->value -= micro_usd;
        });
    }
    UpstreamKey only_key() {
        const auto keys = provider_.live_keys();
        EXPECT_EQ(keys.size(), 1u);
        return keys.empty() ? UpstreamKey{} : keys.front();
    }
    ReconcileReport reconcile(Repair repair = Repair::fix, bool ends_older = false) {
        Reconciler reconciler({*keys_, *admin_, provider_, revocation_, *audit_, *history_, nonces_, clock_},
                              {repair, ends_older, settle_wait, base::Seconds{15}});
        auto report = reconciler.run(base::Deadline::after(base::Millis{20'000}), {});
        EXPECT_TRUE(report) << (report ? "" : report.error().detail);
        return report ? std::move(*report) : ReconcileReport{};
    }
    static std::int64_t found(const ReconcileReport& report, Finding::Kind kind) {
        const auto count = report.counts.find(kind);
        return count == report.counts.end() ? 0 : count->second.found;
    }
    Recovered recover() { return recovery_.run_once(base::Seconds{15}, {}); }

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
    Settlement settlement_{*keys_, *queue_, provider_, clock_, base::Seconds{15}};
    Recovery recovery_{{*keys_, *admin_, *replacements_, provider_, settlement_, revocation_, replacement_}, clock_};
};

TEST_P(KeyLife, AReplacementIsANewKeyWithWhatIsLeftOfTheDay) {
    const auto first = issue_key();
    spend(first.grant->delete_handle, 7'500'000);
    const auto second = own_.rotate(terms(), ada, first.grant->id, "test");
    ASSERT_EQ(second.status, KeyOutcome::created) << second.error.detail;
    EXPECT_NE(second.grant->id, first.grant->id);
    EXPECT_NE(second.raw_key.reveal(), first.raw_key.reveal());
    EXPECT_EQ(only_key().limit->value, 2'500'000);
    EXPECT_EQ(held().daily_limit.value, 10'000'000);
    EXPECT_EQ(held().carried.value, 7'500'000);

    spend(only_key().delete_handle, 1'000'000);
    ASSERT_EQ(own_.rotate(terms(), ada, "", "test").status, KeyOutcome::created);
    EXPECT_EQ(only_key().limit->value, 1'500'000) << "all keys of the day count";
    EXPECT_EQ(spending_->days({ada.id}, clock_.now())->at(0).spent.value, 8'500'000);
    const auto ledger = admin_->ledger_of(ada.id).value();
    ASSERT_EQ(ledger.size(), 2u);
    EXPECT_EQ(ledger[0].reason, "rotated");
    EXPECT_EQ(ledger[0].actor, "recipient:1001");
    EXPECT_TRUE(ledger[0].ended_at);
}

TEST_P(KeyLife, TheFullCapComesBackWithTheReset) {
    spend(issue_key().grant->delete_handle, 10'000'000);
    ASSERT_EQ(own_.rotate(terms(), ada, "", "test").status, KeyOutcome::created);
    EXPECT_EQ(only_key().limit->value, 0);
    recover();
    EXPECT_EQ(only_key().limit->value, 0) << "not before the reset";
    clock_.advance(next_reset(clock_.now()) - clock_.now());
    EXPECT_EQ(recover().synchronized, 1);
    EXPECT_EQ(only_key().limit->value, 10'000'000);
    EXPECT_FALSE(held().carried_until);
    EXPECT_EQ(recover().synchronized, 0);
}

TEST_P(KeyLife, AReplacementJustAfterMidnightHasTheWholeCapAlsoWhereUpstreamsDayIsStillYesterdays) {
    spend(issue_key().grant->delete_handle, 9'500'000);
    clock_.advance(next_reset(clock_.now()) - clock_.now() + base::Seconds{3});
    ASSERT_EQ(own_.rotate(terms(), ada, "", "test").status, KeyOutcome::created);
    EXPECT_EQ(only_key().limit->value, 10'000'000);
    EXPECT_FALSE(held().carried_until);
}

TEST_P(KeyLife, PressingTwiceReplacesOnce) {
    const auto first = issue_key();
    const auto second = own_.rotate(terms(), ada, first.grant->id, "test");
    const auto again = own_.rotate(terms(), ada, first.grant->id, "test");
    EXPECT_EQ(again.status, KeyOutcome::exists);
    EXPECT_EQ(again.raw_key.reveal(), second.raw_key.reveal());
    EXPECT_EQ(provider_.mint_calls(), 2);
}

TEST_P(KeyLife, AReplacementThatDiedHalfwayIsTakenUp) {
    const auto first = issue_key();
    spend(first.grant->delete_handle, 4'000'000);
    provider_.fail_next_revoke();
    EXPECT_EQ(own_.rotate(terms(), ada, "", "test").status, KeyOutcome::ambiguous);
    EXPECT_EQ(held().status, GrantStatus::replacing);
    EXPECT_TRUE(only_key().is_disabled) << "what it has spent is final";
    EXPECT_EQ(recover().replaced, 1);
    EXPECT_EQ(held().status, GrantStatus::waiting);
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(queue_->list_due(clock_.now(), 10)->size(), 1u);
    EXPECT_EQ(issue_key().status, KeyOutcome::created);
    EXPECT_EQ(only_key().limit->value, 6'000'000);
    EXPECT_EQ(keys_->totals()->live, 1);
}

TEST_P(KeyLife, WhatAnOrganizerHasSwitchedOffIsNeitherReplacedNorGivenBack) {
    const auto key = issue_key();
    ASSERT_TRUE(admin_->begin_change(key.grant->id, {true, std::nullopt}, "token"));
    EXPECT_EQ(own_.rotate(terms(), ada, "", "test").status, KeyOutcome::switched_off);
    EXPECT_EQ(own_.give_back(ada, "", "test").value(), KeyOutcome::switched_off);
    EXPECT_EQ(replacements_->begin_replacement(key.grant->id, ending()).error().code, base::Errc::conflict);
    clock_.advance(std::chrono::days{91});
    EXPECT_EQ(issue_key().status, KeyOutcome::exists) << "nor by waiting until it has expired";
    reconcile();
    EXPECT_EQ(held().id, key.grant->id);
}

TEST_P(KeyLife, AGivenBackPlaceIsFreeAndNotTakenAgainTheSameDay) {
    const auto key = issue_key();
    EXPECT_EQ(own_.give_back(ada, "another", "test").value(), KeyOutcome::no_key);
    EXPECT_EQ(own_.give_back(ada, key.grant->id, "test").value(), KeyOutcome::given_back);
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(keys_->totals()->live, 0);
    const auto refused = issue_key();
    EXPECT_EQ(refused.status, KeyOutcome::on_hold);
    EXPECT_TRUE(refused.hold->is_own);
    EXPECT_EQ(queue_->past_of({ada.id})->latest->reason, "given back");
    clock_.advance(next_reset(clock_.now()) - clock_.now());
    EXPECT_EQ(issue_key().status, KeyOutcome::created);
    EXPECT_EQ(only_key().limit->value, 10'000'000);
}

TEST_P(KeyLife, GivingBackNeverShortensAnOrganizersHold) {
    const auto key = issue_key();
    ASSERT_TRUE(admin_->set_hold(ada.id, Hold{std::nullopt, "abuse"}, "github:1003", clock_.now()));
    EXPECT_EQ(own_.give_back(ada, key.grant->id, "test").value(), KeyOutcome::given_back);
    const auto account = keys_->find_account({ada.id}).value();
    EXPECT_EQ(account.hold->reason, "abuse");
    EXPECT_FALSE(account.hold->until);
    EXPECT_FALSE(account.hold->is_own);
}

TEST_P(KeyLife, AKeyThatAnOrganizerEndsLeavesWhatWasLeftOfTheDay) {
    const auto key = issue_key();
    spend(key.grant->delete_handle, 9'000'000);
    ASSERT_TRUE(revocation_.revoke(key.grant->id, {"github:1003", "test"}, "moved", std::nullopt,
                                   base::Deadline::after(base::Millis{5'000})));
    EXPECT_EQ(issue_key().status, KeyOutcome::created);
    EXPECT_EQ(only_key().limit->value, 1'000'000);
}

TEST_P(KeyLife, WhoWaitsIsServedInTheOrderOfArrival) {
    limiter_.set_has_queue(true);
    for (std::int64_t account = 1; account <= 12; ++account)
        EXPECT_EQ(issue_key({{account}, "x"}).place, static_cast<int>(account));
    limiter_.set_has_queue(false);
    base::WorkQueue workers("minting", 4, 100);
    MintDispatcher dispatcher(*keys_, *queue_, issuance_, limiter_, workers, clock_, [](const auto&) {});
    const auto end = base::Deadline::after(base::Millis{20'000});
    while (keys_->totals() && !queue_->list_due(clock_.now(), 1)->empty() && !end.has_passed())
        dispatcher.run_once(terms(), {});
    workers.stop();
    EXPECT_EQ(provider_.mint_calls(), 12);
    EXPECT_EQ(provider_.live_keys().size(), 12u);
    for (std::int64_t account = 1; account <= 12; ++account)
        EXPECT_EQ(keys_->find({account})->value().status, GrantStatus::active);
}

TEST_P(KeyLife, WhoComesInTheSameThousandthOfASecondComesAfterTheOneBefore) {
    constexpr int arrivals = 200;
    for (std::int64_t account = 1; account <= arrivals; ++account) {
        ReserveRequest request{{account}, "x",          base::random_uuid(), base::random_token(16),
                               {},        clock_.now(), clock_.now()};
        request.is_queued = true;
        ASSERT_TRUE(keys_->reserve(request));
    }
    const auto due = queue_->list_due(clock_.now(), arrivals).value();
    ASSERT_EQ(due.size(), static_cast<std::size_t>(arrivals));
    for (std::size_t i = 0; i < due.size(); ++i)
        ASSERT_EQ(due[i].github_user_id.value, static_cast<std::int64_t>(i) + 1);
}

TEST_P(KeyLife, OnceEverybodyInTheQueueHasALaneOthersPassNobodyOver) {
    limiter_.set_has_queue(true);
    EXPECT_EQ(issue_key().status, KeyOutcome::queued);
    EXPECT_FALSE(limiter_.enter(base::Millis{0}));
    base::WorkQueue workers("minting", 1, 10);
    MintDispatcher dispatcher(*keys_, *queue_, issuance_, limiter_, workers, clock_, [](const auto&) {});
    EXPECT_TRUE(dispatcher.run_once(terms(), {}));
    workers.stop();
    EXPECT_EQ(held().status, GrantStatus::active);
    EXPECT_TRUE(limiter_.enter(base::Millis{0})) << "also before the next round";
    EXPECT_FALSE(dispatcher.run_once(terms(), {}));
}

TEST_P(KeyLife, WhoWaitsInVainIsToldWhyAndFreesThePlace) {
    limiter_.set_has_queue(true);
    issue_key();
    base::WorkQueue workers("minting", 1, 10);
    MintDispatcher dispatcher(*keys_, *queue_, issuance_, limiter_, workers, clock_, [](const auto&) {});
    for (int attempt = 0; attempt < 15; ++attempt) {
        provider_.fail_next_mint(FakeKeyProvider::MintFault::refused);
        EXPECT_EQ(issuance_.mint_waiting(terms(), held()).status, KeyOutcome::queued);
        clock_.advance(base::Seconds{10});
    }
    dispatcher.run_once(terms(), {});
    workers.stop();
    EXPECT_FALSE(*keys_->find({ada.id}));
    EXPECT_EQ(keys_->totals()->live, 0);
    EXPECT_EQ(queue_->past_of({ada.id})->problem, MintProblem::refused);
}

TEST_P(KeyLife, ALostAnswerIsRevokedAndMintedAnewByItself) {
    provider_.fail_next_mint(FakeKeyProvider::MintFault::lost_after_effect);
    EXPECT_EQ(issue_key().status, KeyOutcome::ambiguous);
    const auto lost = only_key().delete_handle;
    EXPECT_EQ(recover().settled, 1);
    EXPECT_TRUE(provider_.live_keys().empty());
    base::WorkQueue workers("minting", 1, 10);
    MintDispatcher dispatcher(*keys_, *queue_, issuance_, limiter_, workers, clock_, [](const auto&) {});
    dispatcher.run_once(terms(), {});
    workers.stop();
    EXPECT_EQ(held().status, GrantStatus::active);
    EXPECT_EQ(only_key().delete_handle, held().delete_handle);
    EXPECT_NE(lost, held().delete_handle);
}

TEST_P(KeyLife, AnOrphanIsRevokedOnceItIsTooOldToBeAnAttempt) {
    issue_key();
    const auto orphan = provider_.add_key(upstream_key_name({77}, nonces_.make({77})), clock_.now());
    EXPECT_EQ(found(reconcile(), Finding::Kind::orphan), 0) << "too young";
    clock_.advance(settle_wait);
    const auto looked = reconcile(Repair::report_only);
    EXPECT_EQ(found(looked, Finding::Kind::orphan), 1);
    EXPECT_FALSE(looked.is_clean());
    EXPECT_EQ(provider_.live_keys().size(), 2u);
    EXPECT_TRUE(reconcile().is_clean());
    EXPECT_EQ(only_key().delete_handle, held().delete_handle);
    EXPECT_EQ(audit_->read(0, 1000).value().back().entry.action, "reconcile.orphan");
    EXPECT_NE(audit_->read(0, 1000).value().back().entry.subject.find(orphan), std::string::npos);
}

TEST_P(KeyLife, ASecondKeyOfAnAttemptThatHasOneIsAnOrphanToo) {
    const auto key = issue_key();
    provider_.add_key(upstream_key_name(ada.id, key.grant->nonce), clock_.now());
    clock_.advance(settle_wait);
    EXPECT_EQ(found(reconcile(), Finding::Kind::orphan), 1);
    EXPECT_EQ(only_key().delete_handle, key.grant->delete_handle);
}

TEST_P(KeyLife, NobodyElsesKeyIsTouched) {
    const NonceMaker neighbor(base::Secret(std::string(32, 'n')));
    for (const std::string& name :
         {std::string("my key"), std::string("llmapikey/gh-x"), std::string("llmapikey/gh-77/a b"),
          std::string("copy of llmapikey/gh-77"), upstream_key_name({77}, neighbor.make({77})),
          upstream_key_name({77}, "abcdefghijklmnopqrstuv"), std::string("llmapikey/gh-78")})
        provider_.add_key(name, clock_.now());
    clock_.advance(std::chrono::days{1});
    const auto report = reconcile();
    EXPECT_EQ(provider_.live_keys().size(), 7u);
    EXPECT_EQ(found(report, Finding::Kind::unverified), 2);
    EXPECT_EQ(found(report, Finding::Kind::older), 1);
    EXPECT_FALSE(report.is_clean()) << "an older deployment's key is for the organizer to decide on";
    EXPECT_TRUE(reconcile(Repair::fix, /*ends_older=*/true).is_clean());
    EXPECT_EQ(provider_.live_keys().size(), 6u);
}

TEST_P(KeyLife, UnderAnotherClockAnOrphanIsJudgedByHowLongItHasBeenSeen) {
    provider_.add_key(upstream_key_name({77}, nonces_.make({77})), clock_.now() + std::chrono::hours{5});
    Reconciler reconciler({*keys_, *admin_, provider_, revocation_, *audit_, *history_, nonces_, clock_},
                          {Repair::fix, false, settle_wait, base::Seconds{15}});
    ASSERT_TRUE(reconciler.run(base::Deadline::after(base::Millis{5'000}), {}));
    EXPECT_EQ(provider_.live_keys().size(), 1u);
    clock_.advance(settle_wait);
    ASSERT_TRUE(reconciler.run(base::Deadline::after(base::Millis{5'000}), {}));
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_P(KeyLife, FindsAnOrphanThatShiftsWhileThePagesAreRead) {
    provider_.set_page_size(3);
    std::vector<std::string> others;
    for (int i = 0; i < 4; ++i)
        provider_.add_key("other", clock_.now());
    provider_.add_key(upstream_key_name({77}, nonces_.make({77})), clock_.now());
    for (int i = 0; i < 6; ++i)
        others.push_back(provider_.add_key("other", clock_.now()));
    clock_.advance(settle_wait);
    int pages = 0;
    provider_.before_each_page([&] {
        if (++pages != 2 && pages != 3) return;  // keys at the front disappear: everything behind moves up
        provider_.remove_key(others.back());
        others.pop_back();
        provider_.remove_key(others.back());
        others.pop_back();
    });
    const auto report = reconcile();
    EXPECT_EQ(found(report, Finding::Kind::orphan), 1);
    EXPECT_TRUE(report.is_clean());
}

TEST_P(KeyLife, AKeyThatIsGoneUpstreamIsMarkedAndReplaced) {
    const auto key = issue_key();
    issue_key({{2}, "bob"});
    provider_.remove_key(key.grant->delete_handle);
    clock_.advance(settle_wait);
    EXPECT_EQ(found(reconcile(), Finding::Kind::missing), 1);
    EXPECT_TRUE(held().missing_since);
    EXPECT_EQ(found(reconcile(), Finding::Kind::missing), 0) << "it is known";
    const auto next = issue_key();
    EXPECT_EQ(next.status, KeyOutcome::created);
    EXPECT_FALSE(held().missing_since);
    EXPECT_EQ(admin_->ledger_of(ada.id)->at(0).reason, "gone upstream");
}

TEST_P(KeyLife, WhenMostKeysAreGoneTheWrongAccountIsLookedAtAndNothingIsDone) {
    std::vector<std::string> handles;
    for (std::int64_t account = 1; account <= 8; ++account)
        handles.push_back(issue_key({{account}, "x"}).grant->delete_handle);
    for (const std::string& handle : handles)
        provider_.remove_key(handle);
    clock_.advance(settle_wait);
    const auto report = reconcile();
    EXPECT_EQ(found(report, Finding::Kind::missing), 8);
    EXPECT_FALSE(report.is_clean());
    EXPECT_FALSE(keys_->find({1})->value().missing_since);
}

TEST_P(KeyLife, DriftIsMendedTowardsTheStricterSide) {
    const auto handle = issue_key().grant->delete_handle;
    provider_.change_key(handle, [](auto& key) { key.limit = base::MicroUsd{999'000'000}; });
    EXPECT_EQ(found(reconcile(), Finding::Kind::drift), 1);
    EXPECT_EQ(only_key().limit->value, 10'000'000);

    provider_.change_key(handle, [](auto& key) { key.limit = base::MicroUsd{3'000'000}; });
    EXPECT_EQ(found(reconcile(), Finding::Kind::drift), 1);
    EXPECT_EQ(only_key().limit->value, 3'000'000);
    EXPECT_EQ(held().daily_limit.value, 3'000'000);

    provider_.change_key(handle, [](auto& key) { key.is_disabled = true; });
    EXPECT_EQ(found(reconcile(), Finding::Kind::drift), 1);
    EXPECT_TRUE(held().is_disabled);

    provider_.change_key(handle, [](auto& key) { key.is_disabled = false; });
    EXPECT_EQ(found(reconcile(), Finding::Kind::drift), 1);
    EXPECT_TRUE(only_key().is_disabled);
    EXPECT_TRUE(reconcile().counts.empty());
}

TEST_P(KeyLife, ALoweredCapOfTheFirstDayIsNoDrift) {
    spend(issue_key().grant->delete_handle, 7'000'000);
    own_.rotate(terms(), ada, "", "test");
    EXPECT_TRUE(reconcile().counts.empty());
    EXPECT_EQ(only_key().limit->value, 3'000'000);
}

TEST_P(KeyLife, AnExpiredKeyIsRevokedAndItsPlaceFreed) {
    issue_key();
    clock_.advance(std::chrono::days{91});
    const auto report = reconcile();
    EXPECT_EQ(found(report, Finding::Kind::expired), 1);
    EXPECT_TRUE(report.is_clean());
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(keys_->totals()->live, 0);
    EXPECT_EQ(queue_->past_of({ada.id})->latest->reason, "expired");
    EXPECT_EQ(issue_key().status, KeyOutcome::created);
}

INSTANTIATE_TEST_SUITE_P(Stores, KeyLife, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
