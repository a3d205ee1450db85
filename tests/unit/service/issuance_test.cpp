#include "service/issuance.hpp"

#include <gtest/gtest.h>

#include <thread>

#include "service/reconciliation.hpp"
#include "support/fake_key_provider.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_key_store.hpp"

namespace llmapikey::service {
namespace {

using test::FakeKeyProvider;
using test::MemoryKeyStore;
using MintFault = FakeKeyProvider::MintFault;
using Operation = MemoryKeyStore::Operation;

const domain::Recipient ada{{1001}, "ada"};
constexpr base::Seconds settle_wait{30};

class IssuanceTest : public testing::Test {
protected:
    static IssuancePolicy policy() {
        IssuancePolicy policy;
        policy.is_enabled = true;
        policy.max_total_keys = 5;
        policy.daily_limit = base::MicroUsd{2'500'000};
        return policy;
    }
    void pause() {
        issuance_.emplace(IssuancePolicy{}, store_, provider_, sealer_, clock_, [](const std::string&) {});
    }
    IssueAnswer issue() { return issuance_->issue(ada); }
    // In the end there is one key upstream, it is the stored one, and it is shown.
    void expect_one_good_key() {
        const auto answer = issue();
        ASSERT_TRUE(answer.status == IssueStatus::created || answer.status == IssueStatus::exists)
            << answer.error.detail;
        const auto keys = provider_.live_keys();
        ASSERT_EQ(keys.size(), 1u);
        EXPECT_EQ(answer.grant->delete_handle, keys[0].delete_handle);
        EXPECT_EQ(answer.raw_key.reveal(), "sk-or-v1-raw-of-" + keys[0].delete_handle);
        EXPECT_EQ(store_.totals()->live, 1);
    }

    test::ManualClock clock_;
    MemoryKeyStore store_;
    FakeKeyProvider provider_{clock_};
    base::Sealer sealer_{base::Secret(std::string(32, 'k')), "raw keys"};
    std::optional<Issuance> issuance_{
        std::in_place, policy(), store_, provider_, sealer_, clock_, [](const std::string& message) {
            EXPECT_EQ(message.find("sk-or-"), std::string::npos) << message;
        }};
};

TEST_F(IssuanceTest, MintsOnceAndShowsTheSameKeyAfterwards) {
    EXPECT_EQ(issue().status, IssueStatus::created);
    EXPECT_EQ(issue().status, IssueStatus::exists);
    EXPECT_EQ(provider_.mint_calls(), 1);
    expect_one_good_key();
}

TEST_F(IssuanceTest, TheRawKeyIsStoredSealed) {
    const auto answer = issue();
    EXPECT_EQ(answer.grant->sealed_key.find("raw-of"), std::string::npos);
    EXPECT_EQ(answer.grant->key_hint, domain::key_hint(answer.raw_key.reveal()));
}

TEST_F(IssuanceTest, PausedMintsNothingAndShowsWhatIsHeld) {
    const auto made = issue();
    pause();
    EXPECT_EQ(issue().status, IssueStatus::exists);
    EXPECT_EQ(issuance_->issue({{2}, "bob"}).status, IssueStatus::paused);
    EXPECT_EQ(provider_.mint_calls(), 1);
}

TEST_F(IssuanceTest, FullSaysSo) {
    for (std::int64_t account = 1; account <= 5; ++account) {
        EXPECT_EQ(issuance_->issue({{account}, "x"}).status, IssueStatus::created);
    }
    EXPECT_EQ(issue().status, IssueStatus::full);
    EXPECT_EQ(provider_.mint_calls(), 5);
}

TEST_F(IssuanceTest, AnAccountOnHoldGetsNoKeyUntilTheHoldIsOver) {
    store_.hold(ada.id, {clock_.now() + base::Seconds{60}, "cool off"});
    const auto answer = issue();
    EXPECT_EQ(answer.status, IssueStatus::on_hold);
    EXPECT_EQ(answer.hold->reason, "cool off");
    EXPECT_EQ(provider_.mint_calls(), 0);
    clock_.advance(base::Seconds{60});
    expect_one_good_key();
}

TEST_F(IssuanceTest, ARefusalFreesThePlace) {
    provider_.fail_next_mint(MintFault::refused);
    EXPECT_EQ(issue().status, IssueStatus::failed);
    EXPECT_EQ(store_.totals()->live, 0);
    expect_one_good_key();
}

TEST_F(IssuanceTest, ALostAnswerThatTookEffectIsRevokedOnTheNextVisitAndMintedAnew) {
    provider_.fail_next_mint(MintFault::lost_after_effect);
    EXPECT_EQ(issue().status, IssueStatus::sorting_out);
    expect_one_good_key();
    EXPECT_EQ(provider_.mint_calls(), 2);
}

TEST_F(IssuanceTest, ALostAnswerWithoutEffectIsWaitedFor) {
    provider_.fail_next_mint(MintFault::lost_before_effect);
    EXPECT_EQ(issue().status, IssueStatus::sorting_out);
    clock_.advance(settle_wait - base::Seconds{1});
    EXPECT_EQ(issue().status, IssueStatus::sorting_out);
    EXPECT_EQ(provider_.mint_calls(), 1);
    clock_.advance(base::Seconds{1});
    expect_one_good_key();
}

TEST_F(IssuanceTest, AKeyThatAppearsLateIsStillFound) {
    provider_.fail_next_mint(MintFault::lost_before_effect);
    issue();
    EXPECT_EQ(issue().status, IssueStatus::sorting_out);
    const auto grant = store_.find(ada.id)->value();
    provider_.add_key(domain::upstream_key_name(ada.id, grant.nonce), clock_.now());
    expect_one_good_key();
}

TEST_F(IssuanceTest, AHandleWithoutAKeyIsRevokedByItsHandle) {
    provider_.fail_next_mint(MintFault::handle_only);
    EXPECT_EQ(issue().status, IssueStatus::sorting_out);
    expect_one_good_key();
}

TEST_F(IssuanceTest, WhileTheListCannotBeReadNothingIsConcluded) {
    provider_.fail_next_mint(MintFault::lost_after_effect);
    issue();
    clock_.advance(settle_wait);
    provider_.fail_next_list();
    EXPECT_EQ(issue().status, IssueStatus::sorting_out);
    EXPECT_EQ(provider_.mint_calls(), 1);
    expect_one_good_key();
}

TEST_F(IssuanceTest, AKeyThatCannotBeStoredIsRevoked) {
    store_.fail_next(Operation::activate);
    const auto answer = issue();
    EXPECT_EQ(answer.status, IssueStatus::failed);
    EXPECT_EQ(answer.error.code, base::Errc::store_unavailable);
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(store_.totals()->live, 0);
    expect_one_good_key();
}

TEST_F(IssuanceTest, AKeyThatWasStoredAlthoughTheAnswerWasLostStays) {
    store_.fail_next(Operation::activate, MemoryKeyStore::When::after_effect);
    EXPECT_EQ(issue().status, IssueStatus::exists);
    expect_one_good_key();
}

TEST_F(IssuanceTest, AKeyThatCanNeitherBeStoredNorRevokedIsEndedLater) {
    store_.fail_next(Operation::activate);
    provider_.fail_next_revoke();
    EXPECT_EQ(issue().status, IssueStatus::sorting_out);
    EXPECT_EQ(provider_.live_keys().size(), 1u);
    expect_one_good_key();
}

TEST_F(IssuanceTest, AKeyIsNotRevokedWhileItMayBeStored) {
    store_.fail_next(Operation::activate, MemoryKeyStore::When::after_effect);
    store_.fail_next(Operation::mark_ambiguous);
    EXPECT_EQ(issue().status, IssueStatus::sorting_out);
    EXPECT_EQ(provider_.live_keys().size(), 1u);
    EXPECT_EQ(issue().status, IssueStatus::exists);
    EXPECT_EQ(provider_.mint_calls(), 1);
    expect_one_good_key();
}

TEST_F(IssuanceTest, AKeyThatCouldNotBeStoredWhileTheDatabaseWasAwayIsEndedLater) {
    store_.fail_next(Operation::activate);
    store_.fail_next(Operation::mark_ambiguous);
    EXPECT_EQ(issue().status, IssueStatus::sorting_out);
    EXPECT_EQ(issue().status, IssueStatus::in_progress);
    clock_.advance(settle_wait);
    expect_one_good_key();
}

TEST_F(IssuanceTest, AReservationThatCannotBeReleasedIsSettledLater) {
    provider_.fail_next_mint(MintFault::refused);
    store_.fail_next(Operation::release);
    EXPECT_EQ(issue().status, IssueStatus::failed);
    EXPECT_EQ(issue().status, IssueStatus::in_progress);
    clock_.advance(settle_wait);
    expect_one_good_key();
}

TEST_F(IssuanceTest, AnUnknownOutcomeThatCannotBeNotedIsSettledLater) {
    provider_.fail_next_mint(MintFault::lost_after_effect);
    store_.fail_next(Operation::mark_ambiguous);
    EXPECT_EQ(issue().status, IssueStatus::sorting_out);
    EXPECT_EQ(issue().status, IssueStatus::in_progress);
    clock_.advance(settle_wait);
    expect_one_good_key();
}

TEST_F(IssuanceTest, AProcessThatDiedAfterReservingLocksNobodyOut) {
    store_.reserve({ada, "id", "dead-attempt", {}, clock_.now(), clock_.now() + std::chrono::days{1}, 5});
    EXPECT_EQ(issue().status, IssueStatus::in_progress);
    clock_.advance(settle_wait);
    expect_one_good_key();
}

TEST_F(IssuanceTest, AProcessThatDiedAfterMintingLeavesNoOrphan) {
    store_.reserve({ada, "id", "dead-attempt", {}, clock_.now(), clock_.now() + std::chrono::days{1}, 5});
    provider_.add_key(domain::upstream_key_name(ada.id, "dead-attempt"), clock_.now());
    clock_.advance(settle_wait);
    expect_one_good_key();
}

TEST_F(IssuanceTest, AnAttemptThatWasTakenAwayWhileItMintedRevokesItsOwnKey) {
    provider_.during_next_mint([this] {
        const auto grant = store_.find(ada.id)->value();
        ASSERT_TRUE(store_.mark_ambiguous({ada.id, grant.id, grant.nonce}, ""));
        ASSERT_TRUE(store_.release({ada.id, grant.id, grant.nonce}));
        EXPECT_EQ(issue().status, IssueStatus::created);
    });
    EXPECT_EQ(issue().status, IssueStatus::failed);
    expect_one_good_key();
}

TEST_F(IssuanceTest, ManySubmitsAtOnceMintOnce) {
    std::vector<std::thread> submits;
    for (int i = 0; i < 50; ++i) {
        submits.emplace_back([this] {
            const auto answer = issue();
            EXPECT_TRUE(answer.status == IssueStatus::created || answer.status == IssueStatus::exists ||
                        answer.status == IssueStatus::in_progress);
        });
    }
    for (auto& submit : submits)
        submit.join();
    EXPECT_EQ(provider_.mint_calls(), 1);
    expect_one_good_key();
}

TEST_F(IssuanceTest, PausedStillSettlesWhatIsInDoubt) {
    provider_.fail_next_mint(MintFault::lost_after_effect);
    issue();
    pause();
    EXPECT_EQ(issue().status, IssueStatus::paused);
    EXPECT_TRUE(provider_.live_keys().empty());
}

class ReconcileTest : public IssuanceTest {
protected:
    ReconcileReport reconcile_now(Repair repair) {
        Settlement settlement(store_, provider_, clock_, base::Seconds{15});
        const auto report = service::reconcile(store_, provider_, settlement, clock_, repair,
                                               base::Deadline::after(base::Millis{10'000}));
        EXPECT_TRUE(report);
        return *report;
    }
};

TEST_F(ReconcileTest, RevokesOrphansAndTouchesNobodyElsesKey) {
    issue();
    const auto orphan = provider_.add_key("llmapikey/gh-77/lost", clock_.now());
    const auto older = provider_.add_key("llmapikey/gh-78", clock_.now());
    for (const char* name : {"my key", "llmapikey/gh-x", "llmapikey/gh-77/a b", "copy of llmapikey/gh-77"}) {
        provider_.add_key(name, clock_.now());
    }
    EXPECT_TRUE(reconcile_now(Repair::fix).findings.empty()) << "too young: an attempt may be under way";
    clock_.advance(settle_wait + base::Seconds{1});
    EXPECT_EQ(reconcile_now(Repair::report_only).findings.size(), 2u);
    EXPECT_EQ(provider_.live_keys().size(), 7u);
    EXPECT_TRUE(reconcile_now(Repair::fix).is_clean());
    EXPECT_EQ(provider_.live_keys().size(), 5u);
    for (const auto& key : provider_.live_keys()) {
        EXPECT_NE(key.delete_handle, orphan);
        EXPECT_NE(key.delete_handle, older);
    }
    EXPECT_EQ(issue().status, IssueStatus::exists);
}

TEST_F(ReconcileTest, SettlesWhatIsInDoubt) {
    provider_.fail_next_mint(MintFault::lost_after_effect);
    issue();
    clock_.advance(settle_wait + base::Seconds{1});
    EXPECT_FALSE(reconcile_now(Repair::report_only).is_clean());
    EXPECT_TRUE(reconcile_now(Repair::fix).is_clean());
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(store_.totals()->live, 0);
}

TEST_F(ReconcileTest, FindsAnOrphanThatShiftsWhileThePagesAreRead) {
    provider_.set_page_size(3);
    std::vector<std::string> others;
    for (int i = 0; i < 4; ++i)
        provider_.add_key("other", clock_.now());
    provider_.add_key("llmapikey/gh-77/lost", clock_.now());
    for (int i = 0; i < 6; ++i)
        others.push_back(provider_.add_key("other", clock_.now()));
    clock_.advance(settle_wait + base::Seconds{1});
    int pages = 0;
    provider_.before_each_page([&] {
        if (++pages == 2 || pages == 3) {  // keys at the front disappear: everything behind moves up
            provider_.remove_key(others.back());
            others.pop_back();
            provider_.remove_key(others.back());
            others.pop_back();
        }
    });
    const auto report = reconcile_now(Repair::fix);
    ASSERT_EQ(report.findings.size(), 1u);
    EXPECT_TRUE(report.is_clean());
}

}  // namespace
}  // namespace llmapikey::service
