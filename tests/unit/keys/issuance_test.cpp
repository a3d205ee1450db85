#include "keys/issuance.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <thread>

#include "support/alias_key_provider.hpp"
#include "support/fake_key_provider.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"
#include "support/memory_key_store.hpp"

namespace llmapikey {
namespace {

using test::FakeKeyProvider;
using test::MemoryKeyStore;
using MintFault = FakeKeyProvider::MintFault;
using Operation = MemoryKeyStore::Operation;

const Recipient ada{{1001}, "ada"};
constexpr base::Seconds settle_wait{30};

// With a provider whose list is read for an attempt in doubt, and with one that looks it up.
enum class Looks { through_list, up };

class IssuanceTest : public testing::TestWithParam<Looks> {
protected:
    static Terms terms() {
        Terms terms;
        terms.is_enabled = true;
        terms.max_total_keys = 5;
        terms.daily_limit = base::MicroUsd{2'500'000};
        return terms;
    }
    void pause() { terms_ = {}; }
    IssueAnswer issue() { return issuance_.issue(terms_, ada); }
    // In the end there is one key upstream, it is the stored one, and it is shown.
    void expect_one_good_key() {
        const auto answer = issue();
        ASSERT_TRUE(answer.status == KeyOutcome::created || answer.status == KeyOutcome::exists) << answer.error.detail;
        const auto keys = provider_.live_keys();
        ASSERT_EQ(keys.size(), 1u);
        EXPECT_EQ(answer.grant->delete_handle, keys[0].delete_handle);
        EXPECT_EQ(answer.raw_key.reveal(), GetParam() == Looks::up ? by_alias_.secret_of(keys[0].delete_handle)
                                                                   : "sk-or-v1-raw-of-" + keys[0].delete_handle);
        EXPECT_EQ(store_.totals()->live, 1);
    }

    IssuanceParts parts() {
        return {store_,
                store_,
                upstream(),
                replacement_,
                sealer_,
                nonces_,
                limiter_,
                clock_,
                [](const std::string& message) { EXPECT_EQ(message.find("sk-"), std::string::npos) << message; },
                [this] { ++wakes_; }};
    }

    KeyProvider& upstream() {
        if (GetParam() == Looks::up) return by_alias_;
        return provider_;
    }

    test::ManualClock clock_;
    MemoryKeyStore store_;
    FakeKeyProvider provider_{clock_};
    test::AliasKeyProvider by_alias_{provider_};
    test::MemoryAuditLog audit_;
    base::Sealer sealer_{base::Secret(std::string(32, 'k')), "raw keys"};
    NonceMaker nonces_{base::Secret(std::string(32, 'k'))};
    ConcurrencyLimiter limiter_{8, 50};
    int wakes_ = 0;
    Replacement replacement_{store_, store_, upstream(), audit_, clock_};
    Terms terms_ = terms();
    Issuance issuance_{parts(), base::Seconds{15}};
};

TEST_P(IssuanceTest, MintsOnceAndShowsTheSameKeyAfterwards) {
    EXPECT_EQ(issue().status, KeyOutcome::created);
    EXPECT_EQ(issue().status, KeyOutcome::exists);
    EXPECT_EQ(provider_.mint_calls(), 1);
    expect_one_good_key();
}

TEST_P(IssuanceTest, TheRawKeyIsStoredSealed) {
    const auto answer = issue();
    EXPECT_EQ(answer.grant->sealed_key.find("raw-of"), std::string::npos);
    EXPECT_EQ(answer.grant->key_hint, key_hint(answer.raw_key.reveal()));
}

TEST_P(IssuanceTest, PausedMintsNothingAndShowsWhatIsHeld) {
    const auto made = issue();
    pause();
    EXPECT_EQ(issue().status, KeyOutcome::exists);
    EXPECT_EQ(issuance_.issue(terms_, {{2}, "bob"}).status, KeyOutcome::paused);
    EXPECT_EQ(provider_.mint_calls(), 1);
}

// As an organizer does in any replica, while this process knows nothing of it.
TEST_P(IssuanceTest, APauseInTheDatabaseIsObeyed) {
    issue();
    store_.set_term(term_names::minting_paused, 1);
    EXPECT_EQ(issue().status, KeyOutcome::exists);
    EXPECT_EQ(issuance_.issue(terms_, {{2}, "bob"}).status, KeyOutcome::paused);
    EXPECT_FALSE(store_.find({{2}}).value());
    clock_.advance(std::chrono::days{91});
    EXPECT_EQ(issue().status, KeyOutcome::exists) << "an expired key is not ended: no other one would follow";
    EXPECT_EQ(provider_.mint_calls(), 1);
    store_.set_term(term_names::minting_paused, std::nullopt);
    EXPECT_EQ(issue().status, KeyOutcome::created);
    EXPECT_EQ(issuance_.issue(terms_, {{2}, "bob"}).status, KeyOutcome::created);
}

TEST_P(IssuanceTest, TermsInTheDatabaseWinOverTheCallers) {
    store_.set_term(term_names::daily_limit, 7'000'000);
    store_.set_term(term_names::key_lifetime, 3);
    store_.set_term(term_names::seats, 1);
    const auto answer = issue();
    ASSERT_EQ(answer.status, KeyOutcome::created);
    EXPECT_EQ(provider_.live_keys()[0].limit->value, 7'000'000);
    EXPECT_EQ(answer.grant->expires_at, clock_.now() + std::chrono::days{3});
    EXPECT_EQ(issuance_.issue(terms_, {{2}, "bob"}).status, KeyOutcome::full);
}

TEST_P(IssuanceTest, WhoWaitsIsToldOfAPauseAndKeepsTheirPlace) {
    limiter_.set_has_queue(true);
    issue();
    limiter_.set_has_queue(false);
    ASSERT_EQ(store_.find({ada.id})->value().status, GrantStatus::waiting);
    store_.set_term(term_names::minting_paused, 1);
    EXPECT_EQ(issue().status, KeyOutcome::paused);
    EXPECT_EQ(store_.find({ada.id})->value().status, GrantStatus::waiting);
    store_.set_term(term_names::minting_paused, std::nullopt);
    expect_one_good_key();
}

TEST_P(IssuanceTest, FullSaysSo) {
    for (std::int64_t account = 1; account <= 5; ++account) {
        EXPECT_EQ(issuance_.issue(terms_, {{account}, "x"}).status, KeyOutcome::created);
    }
    EXPECT_EQ(issue().status, KeyOutcome::full);
    EXPECT_EQ(provider_.mint_calls(), 5);
}

TEST_P(IssuanceTest, AnAccountOnHoldGetsNoKeyUntilTheHoldIsOver) {
    store_.hold(ada.id, {clock_.now() + base::Seconds{60}, "cool off"});
    const auto answer = issue();
    EXPECT_EQ(answer.status, KeyOutcome::on_hold);
    EXPECT_EQ(answer.hold->reason, "cool off");
    EXPECT_EQ(provider_.mint_calls(), 0);
    clock_.advance(base::Seconds{60});
    expect_one_good_key();
}

TEST_P(IssuanceTest, ARefusalFreesThePlace) {
    provider_.fail_next_mint(MintFault::refused);
    EXPECT_EQ(issue().status, KeyOutcome::failed);
    EXPECT_EQ(store_.totals()->live, 0);
    expect_one_good_key();
}

TEST_P(IssuanceTest, ALostAnswerThatTookEffectIsRevokedOnTheNextVisitAndMintedAnew) {
    provider_.fail_next_mint(MintFault::lost_after_effect);
    EXPECT_EQ(issue().status, KeyOutcome::ambiguous);
    expect_one_good_key();
    EXPECT_EQ(provider_.mint_calls(), 2);
}

TEST_P(IssuanceTest, ALostAnswerWithoutEffectIsWaitedFor) {
    provider_.fail_next_mint(MintFault::lost_before_effect);
    EXPECT_EQ(issue().status, KeyOutcome::ambiguous);
    clock_.advance(settle_wait - base::Seconds{1});
    EXPECT_EQ(issue().status, KeyOutcome::ambiguous);
    EXPECT_EQ(provider_.mint_calls(), 1);
    clock_.advance(base::Seconds{1});
    expect_one_good_key();
}

TEST_P(IssuanceTest, AKeyThatAppearsLateIsStillFound) {
    provider_.fail_next_mint(MintFault::lost_before_effect);
    issue();
    EXPECT_EQ(issue().status, KeyOutcome::ambiguous);
    const auto grant = store_.find({ada.id})->value();
    provider_.add_key(upstream_key_name(ada.id, grant.nonce), clock_.now());
    expect_one_good_key();
}

TEST_P(IssuanceTest, AHandleWithoutAKeyIsRevokedByItsHandle) {
    provider_.fail_next_mint(MintFault::handle_only);
    EXPECT_EQ(issue().status, KeyOutcome::ambiguous);
    expect_one_good_key();
}

TEST_P(IssuanceTest, WhileTheListCannotBeReadNothingIsConcluded) {
    provider_.fail_next_mint(MintFault::lost_after_effect);
    issue();
    clock_.advance(settle_wait);
    provider_.fail_next_list();
    EXPECT_EQ(issue().status, KeyOutcome::ambiguous);
    EXPECT_EQ(provider_.mint_calls(), 1);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AKeyThatCannotBeStoredIsRevoked) {
    store_.fail_next(Operation::activate);
    const auto answer = issue();
    EXPECT_EQ(answer.status, KeyOutcome::failed);
    EXPECT_EQ(answer.error.code, base::Errc::store_unavailable);
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(store_.totals()->live, 0);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AKeyThatWasStoredAlthoughTheAnswerWasLostStays) {
    store_.fail_next(Operation::activate, MemoryKeyStore::When::after_effect);
    EXPECT_EQ(issue().status, KeyOutcome::exists);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AKeyThatCanNeitherBeStoredNorRevokedIsEndedLater) {
    store_.fail_next(Operation::activate);
    provider_.fail_next_revoke();
    EXPECT_EQ(issue().status, KeyOutcome::ambiguous);
    EXPECT_EQ(provider_.live_keys().size(), 1u);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AKeyIsNotRevokedWhileItMayBeStored) {
    store_.fail_next(Operation::activate, MemoryKeyStore::When::after_effect);
    store_.fail_next(Operation::knows);
    EXPECT_EQ(issue().status, KeyOutcome::ambiguous);
    EXPECT_EQ(provider_.live_keys().size(), 1u);
    EXPECT_EQ(issue().status, KeyOutcome::exists);
    EXPECT_EQ(provider_.mint_calls(), 1);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AKeyThatCouldNotBeStoredWhileTheDatabaseWasAwayIsEndedLater) {
    store_.fail_next(Operation::activate);
    store_.fail_next(Operation::mark_ambiguous);
    EXPECT_EQ(issue().status, KeyOutcome::ambiguous);
    EXPECT_EQ(issue().status, KeyOutcome::in_progress);
    clock_.advance(settle_wait);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AReservationThatCannotBeReleasedIsSettledLater) {
    provider_.fail_next_mint(MintFault::refused);
    store_.fail_next(Operation::release);
    EXPECT_EQ(issue().status, KeyOutcome::failed);
    EXPECT_EQ(issue().status, KeyOutcome::in_progress);
    clock_.advance(settle_wait);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AnUnknownOutcomeThatCannotBeNotedIsSettledLater) {
    provider_.fail_next_mint(MintFault::lost_after_effect);
    store_.fail_next(Operation::mark_ambiguous);
    EXPECT_EQ(issue().status, KeyOutcome::ambiguous);
    EXPECT_EQ(issue().status, KeyOutcome::in_progress);
    clock_.advance(settle_wait);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AProcessThatDiedAfterReservingLocksNobodyOut) {
    store_.reserve(
        {{ada.id}, ada.login, "id", "dead-attempt", {}, clock_.now(), clock_.now() + std::chrono::days{1}, 5});
    EXPECT_EQ(issue().status, KeyOutcome::in_progress);
    clock_.advance(settle_wait);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AProcessThatDiedAfterMintingLeavesNoOrphan) {
    store_.reserve(
        {{ada.id}, ada.login, "id", "dead-attempt", {}, clock_.now(), clock_.now() + std::chrono::days{1}, 5});
    provider_.add_key(upstream_key_name(ada.id, "dead-attempt"), clock_.now());
    clock_.advance(settle_wait);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AnAttemptThatWasTakenAwayWhileItMintedRevokesItsOwnKey) {
    provider_.during_next_mint([this] {
        const auto grant = store_.find({ada.id})->value();
        ASSERT_TRUE(store_.mark_ambiguous({{ada.id}, grant.id, grant.nonce}, ""));
        ASSERT_TRUE(store_.release({{ada.id}, grant.id, grant.nonce}));
        EXPECT_EQ(issue().status, KeyOutcome::created);
    });
    EXPECT_EQ(issue().status, KeyOutcome::failed);
    expect_one_good_key();
}

TEST_P(IssuanceTest, ManySubmitsAtOnceMintOnce) {
    std::vector<std::thread> submits;
    for (int i = 0; i < 50; ++i) {
        submits.emplace_back([this] {
            const auto answer = issue();
            EXPECT_TRUE(answer.status == KeyOutcome::created || answer.status == KeyOutcome::exists ||
                        answer.status == KeyOutcome::in_progress);
        });
    }
    for (auto& submit : submits)
        submit.join();
    EXPECT_EQ(provider_.mint_calls(), 1);
    expect_one_good_key();
}

TEST_P(IssuanceTest, WhoFindsNoLaneWaitsInTheQueueAndGetsAKeyInTurn) {
    std::vector<ConcurrencyLimiter::Slot> taken;
    for (int i = 0; i < 8; ++i)
        taken.push_back(std::move(*limiter_.enter(base::Millis{0})));
    limiter_.set_has_queue(true);  // nobody waits for a lane in the call itself
    const auto answer = issue();
    EXPECT_EQ(answer.status, KeyOutcome::queued);
    EXPECT_EQ(answer.place, 1);
    EXPECT_EQ(issuance_.issue(terms_, {{7}, "grace"}).place, 2);
    EXPECT_EQ(issue().place, 1) << "asking again costs nobody the place";
    EXPECT_EQ(wakes_, 3);
    EXPECT_EQ(provider_.mint_calls(), 0);
    taken.clear();
    const auto due = store_.list_due(clock_.now(), 10);
    ASSERT_EQ(due->size(), 2u);
    EXPECT_EQ(issuance_.mint_waiting(terms_, due->front()).status, KeyOutcome::created);
    EXPECT_EQ(issuance_.mint_waiting(terms_, due->front()).status, KeyOutcome::in_progress) << "it is done";
    EXPECT_EQ(store_.find({ada.id})->value().status, GrantStatus::active);
    EXPECT_EQ(provider_.mint_calls(), 1);
}

TEST_P(IssuanceTest, WhoHasWaitedKeepsTheirPlaceWhenTheirTurnFails) {
    limiter_.set_has_queue(true);
    issue();
    limiter_.set_has_queue(false);
    provider_.fail_next_mint(MintFault::refused);
    EXPECT_EQ(issue().status, KeyOutcome::queued);
    const auto row = store_.find({ada.id})->value();
    EXPECT_EQ(row.status, GrantStatus::waiting);
    EXPECT_EQ(row.problem, MintProblem::refused);
    EXPECT_EQ(row.attempts, 1);
    EXPECT_GT(*row.next_attempt_at, clock_.now());
    expect_one_good_key();
}

TEST_P(IssuanceTest, AnAnswerWithSomebodyElsesHandleEndsNobodyElsesKey) {
    const auto first = issue();
    const Recipient grace{{1002}, "grace"};
    const auto is_first_alive = [&] {
        const auto keys = provider_.live_keys();
        return std::any_of(keys.begin(), keys.end(),
                           [&](const auto& key) { return key.delete_handle == first.grant->delete_handle; });
    };
    for (const MintFault fault : {MintFault::foreign_handle, MintFault::unguarded_foreign}) {
        provider_.fail_next_mint(fault);
        EXPECT_EQ(issuance_.issue(terms_, grace).status, KeyOutcome::ambiguous);
        EXPECT_EQ(store_.find({grace.id})->value().delete_handle, "") << "found by its name";
        clock_.advance(settle_wait);
        issuance_.settle(store_.find({grace.id})->value());
        EXPECT_TRUE(is_first_alive());
        EXPECT_EQ(provider_.live_keys().size(), 1u) << "what was made is found by its name, and ended";
    }
    EXPECT_EQ(issuance_.issue(terms_, grace).status, KeyOutcome::created);
    EXPECT_EQ(provider_.live_keys().size(), 2u);
    EXPECT_TRUE(is_first_alive());
}

TEST_P(IssuanceTest, AKeyThatCannotBeGuardedIsRevokedAndItsCauseTold) {
    provider_.fail_next_mint(MintFault::unguarded);
    const auto refused = issue();
    EXPECT_EQ(refused.error.code, base::Errc::misconfigured) << refused.error.detail;
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(issue().status, KeyOutcome::created);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AKeyThatCanNeitherBeGuardedNorRevokedIsEndedLater) {
    provider_.fail_next_mint(MintFault::unguarded);
    provider_.fail_next_revoke();
    EXPECT_EQ(issue().status, KeyOutcome::ambiguous);
    clock_.advance(settle_wait);
    issuance_.settle(store_.find({ada.id})->value());
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_P(IssuanceTest, AnExpiredKeyIsReplacedByTheNextOne) {
    const auto first = issue();
    clock_.advance(std::chrono::days{91});
    const auto second = issue();
    EXPECT_EQ(second.status, KeyOutcome::created);
    EXPECT_NE(second.grant->delete_handle, first.grant->delete_handle);
    EXPECT_NE(second.grant->id, first.grant->id);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AKeyThatIsMarkedAsGoneAndIsThereIsNotEnded) {
    const auto first = issue();
    ASSERT_TRUE(store_.set_missing({first.grant->id}, clock_.now()));
    EXPECT_EQ(issue().status, KeyOutcome::exists);
    EXPECT_EQ(provider_.mint_calls(), 1);
    expect_one_good_key();
    provider_.remove_key(first.grant->delete_handle);
    EXPECT_EQ(issue().status, KeyOutcome::created);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AReplacementThatIsRefusedKeepsThePlace) {
    issue();
    clock_.advance(std::chrono::days{91});
    provider_.fail_next_mint(MintFault::refused);
    EXPECT_EQ(issue().status, KeyOutcome::queued);
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(store_.totals()->live, 1);
    expect_one_good_key();
}

TEST_P(IssuanceTest, AReplacementThatWasInterruptedGoesOn) {
    issue();
    clock_.advance(std::chrono::days{91});
    provider_.fail_next_revoke();
    EXPECT_EQ(issue().status, KeyOutcome::ambiguous);
    EXPECT_EQ(store_.find({ada.id})->value().status, GrantStatus::replacing);
    expect_one_good_key();
}

TEST_P(IssuanceTest, PausedStillSettlesWhatIsInDoubt) {
    provider_.fail_next_mint(MintFault::lost_after_effect);
    issue();
    pause();
    EXPECT_EQ(issue().status, KeyOutcome::paused);
    EXPECT_TRUE(provider_.live_keys().empty());
}

INSTANTIATE_TEST_SUITE_P(Providers, IssuanceTest, testing::Values(Looks::through_list, Looks::up),
                         [](const auto& each) { return each.param == Looks::up ? "by_name" : "by_list"; });

}  // namespace
}  // namespace llmapikey
