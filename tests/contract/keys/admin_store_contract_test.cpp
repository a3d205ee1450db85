// What every AdminStore promises, asked of each; of its lists, admin_list_contract_test.cpp.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

class AdminStoreContract : public StoresUnderTest {};

TEST_P(AdminStoreContract, FiltersByStatus) {
    issue(1);
    reserve(2);
    GrantQuery query;
    query.status = GrantStatus::pending;
    EXPECT_EQ(accounts(query), (std::vector<std::int64_t>{2}));
    query.status = GrantStatus::revoking;
    EXPECT_TRUE(accounts(query).empty());
}

TEST_P(AdminStoreContract, ARevocationIsStoredAtOnceAndEndsInTheLedger) {
    const auto grant = issue(7);
    const auto begun = admin_->begin_revocations({grant.id}, ending());
    ASSERT_TRUE(begun) << begun.error().detail;
    EXPECT_EQ(*begun, 1);
    EXPECT_EQ(admin_->begin_revocations({grant.id}, ending()).value(), 0) << "twice is once";
    const auto row = keys_->find({7})->value();
    EXPECT_EQ(row.status, GrantStatus::revoking);
    EXPECT_EQ(row.sealed_key, "") << "shown to nobody any more";
    EXPECT_FALSE(admin_->ledger_of({7})->at(0).ended_at);
    const auto revoking = admin_->list_revoking("", 10, std::nullopt);
    ASSERT_TRUE(revoking) << revoking.error().detail;
    ASSERT_EQ(revoking->size(), 1u);
    EXPECT_EQ(revoking->at(0).grant.delete_handle, "handle-7");
    EXPECT_EQ(revoking->at(0).actor + " " + revoking->at(0).reason, "github:1003 leaked");
    EXPECT_EQ(revoking->at(0).begun_at, clock_.now());
    EXPECT_TRUE(*keys_->knows("handle-7", "")) << "not an orphan meanwhile";

    clock_.advance(base::Seconds{5});
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now() + base::Seconds{9})) << "twice is once";
    EXPECT_FALSE(*keys_->find({7}));
    EXPECT_EQ(keys_->totals()->live, 0);
    const auto ledger = admin_->ledger_of({7});
    ASSERT_EQ(ledger->size(), 1u);
    const LedgerEntry& entry = ledger->at(0);
    EXPECT_EQ(entry.grant.id, grant.id);
    EXPECT_EQ(entry.grant.key_hint, "h7");
    EXPECT_EQ(entry.grant.daily_limit.value, 2'500'000);
    EXPECT_EQ(entry.actor + " " + entry.reason, "github:1003 leaked");
    EXPECT_EQ(entry.ended_at, clock_.now());
}

TEST_P(AdminStoreContract, ManyRevokeOneKeyOnce) {
    const auto grant = issue(7);
    std::atomic<int> begun{0};
    std::vector<std::thread> admins;
    for (int i = 0; i < 10; ++i) {
        admins.emplace_back([&] {
            const auto revoked = admin_->begin_revocations({grant.id}, ending());
            if (revoked) begun += *revoked;
            EXPECT_TRUE(admin_->finish_revocation(grant, clock_.now()));
        });
    }
    for (auto& admin : admins)
        admin.join();
    EXPECT_EQ(begun, 1);
    EXPECT_EQ(admin_->ledger_of({7})->size(), 1u);
    EXPECT_EQ(keys_->totals()->live, 0);
}

TEST_P(AdminStoreContract, WhatIsNotThereCannotBeRevoked) {
    EXPECT_EQ(admin_->begin_revocations({base::random_uuid()}, ending()).value(), 0);
    EXPECT_TRUE(admin_->ledger_of({7})->empty());
}

TEST_P(AdminStoreContract, ARevokedKeyIsOutOfReachOfAttempts) {
    const auto grant = issue(7);
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, ending()));
    const Attempt attempt{{7}, grant.id, grant.nonce};
    EXPECT_EQ(keys_->activate(attempt, {"h", "v1.x", "1"}).error().code, base::Errc::conflict);
    EXPECT_EQ(keys_->mark_ambiguous(attempt, "").error().code, base::Errc::conflict);
    EXPECT_EQ(keys_->release(attempt).error().code, base::Errc::conflict);
    EXPECT_TRUE(keys_->list_open_attempts(clock_.now(), "", 10)->empty());
}

TEST_P(AdminStoreContract, AHoldKeepsTheAccountFromTakingAnotherKeyForAsLongAsItSays) {
    const auto request = [&] {
        return ReserveRequest{{7}, "x", base::random_uuid(), "nonce", {}, clock_.now(), clock_.now(), 0};
    };
    const auto grant = issue(7);
    const Hold hold{clock_.now() + base::Seconds{60}, "cool off"};
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, ending(hold)));
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    const auto refused = keys_->reserve(request());
    ASSERT_TRUE(refused) << refused.error().detail;
    ASSERT_TRUE(std::holds_alternative<OnHold>(*refused));
    EXPECT_EQ(std::get<OnHold>(*refused).hold.until, hold.until);
    EXPECT_EQ(keys_->find_account({7})->hold->reason, "cool off");
    clock_.advance(base::Seconds{60});
    EXPECT_TRUE(std::holds_alternative<Reserved>(*keys_->reserve(request())));
}

TEST_P(AdminStoreContract, AHoldWithoutAnEndLastsUntilItIsLifted) {
    ASSERT_TRUE(admin_->set_hold({7}, Hold{std::nullopt, "no"}, "cli:root", clock_.now()));
    ASSERT_TRUE(admin_->set_hold({7}, Hold{std::nullopt, "still no"}, "cli:root", clock_.now()));
    const auto account = keys_->find_account({7});
    ASSERT_TRUE(account) << account.error().detail;
    EXPECT_FALSE(account->grant);
    EXPECT_EQ(account->hold->reason, "still no");
    EXPECT_FALSE(account->hold->until);
    EXPECT_THROW(reserve(7), std::runtime_error);
    ASSERT_TRUE(admin_->set_hold({7}, std::nullopt, "cli:root", clock_.now()));
    EXPECT_FALSE(keys_->find_account({7})->hold);
    issue(7);
    EXPECT_EQ(keys_->find_account({7})->grant->status, GrantStatus::active);
}

TEST_P(AdminStoreContract, AChangeIsStoredAndRemainsNotedUntilUpstreamKnows) {
    const auto grant = issue(7);
    const auto off = admin_->begin_change(grant.id, {true, std::nullopt}, "first");
    ASSERT_TRUE(off) << off.error().detail;
    EXPECT_TRUE(off->is_disabled);
    EXPECT_EQ(off->unsynced, "first");
    const auto dearer = admin_->begin_change(grant.id, {std::nullopt, base::MicroUsd{9'000'000}}, "second");
    EXPECT_TRUE(dearer->is_disabled);
    EXPECT_EQ(dearer->daily_limit.value, 9'000'000);
    EXPECT_EQ(admin_->list_unsynced("", 10)->size(), 1u);
    EXPECT_FALSE(admin_->finish_change(grant.id, "first").value()) << "a later one is under way";
    EXPECT_TRUE(admin_->finish_change(grant.id, "second").value());
    EXPECT_TRUE(admin_->list_unsynced("", 10)->empty());
    GrantQuery query;
    query.is_disabled = true;
    EXPECT_EQ(accounts(query), (std::vector<std::int64_t>{7}));
    EXPECT_EQ(admin_->begin_change(reserve(8).id, {true, std::nullopt}, "x").error().code, base::Errc::conflict);
    EXPECT_EQ(admin_->begin_change(base::random_uuid(), {true, std::nullopt}, "x").error().code, base::Errc::not_found);
}

TEST_P(AdminStoreContract, ARevealIsSeenByTheOwner) {
    const auto grant = issue(7);
    EXPECT_FALSE(grant.reveal);
    ASSERT_TRUE(admin_->note_reveal(grant.id, {clock_.now(), "a test"}));
    const auto account = keys_->find_account({7});
    ASSERT_TRUE(account->grant->reveal);
    EXPECT_EQ(account->grant->reveal->at, clock_.now());
    EXPECT_EQ(account->grant->reveal->reason, "a test");
    EXPECT_EQ(admin_->note_reveal(base::random_uuid(), {clock_.now(), "x"}).error().code, base::Errc::not_found);
}

TEST_P(AdminStoreContract, ARevocationThatFailsIsTriedLaterAndLast) {
    std::vector<Grant> grants;
    for (std::int64_t account = 1; account <= 3; ++account)
        grants.push_back(issue(account));
    for (const Grant& grant : grants)
        ASSERT_EQ(admin_->begin_revocations({grant.id}, ending()).value(), 1);
    const auto due = [&](int limit = 10) {
        std::vector<std::int64_t> found;
        const auto all = admin_->list_due_revocations(clock_.now(), limit, "").value();
        for (const LedgerEntry& entry : all)
            found.push_back(entry.grant.github_user_id.value);
        return found;
    };
    EXPECT_EQ(due().size(), 3u) << "at once";
    ASSERT_TRUE(admin_->note_revocation_failure(grants[0].id, "no answer", clock_.now() + base::Seconds{30}, true));
    EXPECT_EQ(due().size(), 2u);
    clock_.advance(base::Seconds{30});
    EXPECT_EQ(due().size(), 3u);
    EXPECT_EQ(due().back(), 1) << "those that have failed come last";
    EXPECT_EQ(due(2).size(), 2u);
    const auto entry = admin_->list_due_revocations(clock_.now(), 10, "").value().back();
    EXPECT_EQ(entry.attempts, 1);
    EXPECT_EQ(entry.problem, "no answer");
    ASSERT_TRUE(admin_->note_revocation_failure(grants[0].id, "slow down", clock_.now(), false));
    EXPECT_EQ(admin_->list_due_revocations(clock_.now(), 10, "").value().back().attempts, 1) << "not counted";
    ASSERT_TRUE(admin_->finish_revocation(grants[0], clock_.now()));
    ASSERT_TRUE(admin_->note_revocation_failure(grants[0].id, "late", clock_.now(), true));
    EXPECT_EQ(admin_->ledger_of({1})->at(0).attempts, 1) << "it has ended";
    EXPECT_TRUE(admin_->list_due_revocations(clock_.now(), 10, "another")->empty());
}

TEST_P(AdminStoreContract, ARevocationIsStuckAfterSomeFailuresAndUntilItIsDone) {
    const auto early = issue(1);
    ASSERT_TRUE(admin_->begin_revocations({early.id}, ending()));
    clock_.advance(base::Seconds{60});
    const auto late = issue(2);
    ASSERT_TRUE(admin_->begin_revocations({late.id}, ending()));
    for (int time = 1; time <= stuck_after_attempts; ++time) {
        EXPECT_EQ(admin_->count_stuck().value(), 0);
        for (const Grant& grant : {late, early})
            ASSERT_TRUE(admin_->note_revocation_failure(grant.id, "no", clock_.now(), true));
    }
    EXPECT_EQ(admin_->count_stuck().value(), 2);
    const auto stuck = admin_->list_stuck(10, "").value();
    ASSERT_EQ(stuck.size(), 2u);
    EXPECT_EQ(stuck[0].grant.id, early.id) << "the earliest first";
    EXPECT_EQ(stuck[0].problem, "no");
    EXPECT_EQ(admin_->list_stuck(1, "")->size(), 1u);
    EXPECT_TRUE(admin_->list_stuck(10, "another")->empty());
    ASSERT_TRUE(admin_->finish_revocation(early, clock_.now()));
    EXPECT_EQ(admin_->count_stuck().value(), 1);
}

TEST_P(AdminStoreContract, ACapThatWasLoweredIsDueToBeRaisedWhenTheDayIsOver) {
    const auto old = issue(7);
    ASSERT_TRUE(spending_->note({reading_today("handle-7", 700'000)}));
    ASSERT_TRUE(admin_->begin_revocations({old.id}, ending()));
    ASSERT_TRUE(admin_->finish_revocation(old, clock_.now()));
    const auto lowered = issue(7);
    ASSERT_EQ(lowered.carried.value, 700'000);
    EXPECT_EQ(admin_->begin_raises(clock_.now(), 10).value(), 0) << "not today";
    const auto reset = *lowered.carried_until;
    EXPECT_EQ(admin_->begin_raises(reset, 0).value(), 0);
    EXPECT_EQ(admin_->begin_raises(reset, 10).value(), 1);
    const auto raised = **keys_->find({7});
    EXPECT_EQ(raised.carried.value, 0);
    EXPECT_FALSE(raised.carried_until);
    ASSERT_NE(raised.unsynced, "") << "upstream is to be told";
    EXPECT_EQ(admin_->list_unsynced("", 10)->size(), 1u);
    EXPECT_TRUE(admin_->finish_change(raised.id, raised.unsynced).value());
    EXPECT_EQ(admin_->begin_raises(reset, 10).value(), 0) << "once";
}

TEST_P(AdminStoreContract, WhatUpstreamSaysOfKeysIsNoted) {
    const auto one = issue(1), two = issue(2), pending = reserve(3);
    ASSERT_TRUE(admin_->set_missing({one.id, pending.id, base::random_uuid()}, clock_.now()));
    EXPECT_EQ(keys_->find({1}).value()->missing_since, clock_.now());
    EXPECT_FALSE(keys_->find({2}).value()->missing_since);
    EXPECT_FALSE(keys_->find({3}).value()->missing_since) << "it has no key that could be missing";
    ASSERT_TRUE(admin_->set_missing({one.id}, std::nullopt));
    EXPECT_FALSE(keys_->find({1}).value()->missing_since);
    ASSERT_TRUE(admin_->set_missing({}, clock_.now()));
    ASSERT_TRUE(admin_->set_expiry(two.id, clock_.now() + base::Seconds{60}));
    EXPECT_EQ(keys_->find({2}).value()->expires_at, clock_.now() + base::Seconds{60});
    EXPECT_EQ(keys_->find({1}).value()->expires_at, one.expires_at);
}

TEST_P(AdminStoreContract, AKeyOfUpstreamIsKnownByItsHandleOrElseByItsAttempt) {
    const auto active = issue(1);
    const auto pending = reserve(2);
    const auto revoking = issue(3);
    ASSERT_TRUE(admin_->begin_revocations({revoking.id}, ending()));
    const auto known = [&](const std::vector<std::string>& handles, const std::vector<std::string>& nonces) {
        std::multiset<std::int64_t> found;
        const auto all = admin_->find_known(handles, nonces).value();
        for (const Grant& grant : all)
            found.insert(grant.github_user_id.value);
        return found;
    };
    using Accounts = std::multiset<std::int64_t>;
    EXPECT_EQ(known({"handle-1", "handle-3", "nobody's"}, {}), (Accounts{1, 3})) << "of any status";
    EXPECT_EQ(known({}, {pending.nonce}), Accounts{2});
    EXPECT_EQ(known({"handle-1"}, {pending.nonce}), (Accounts{1, 2}));
    EXPECT_EQ(known({}, {active.nonce}), Accounts{}) << "its key is another one than this handle's";
    EXPECT_EQ(known({""}, {""}), Accounts{});
    EXPECT_EQ(known({}, {}), Accounts{});
}

TEST_P(AdminStoreContract, AKeyThatHasEndedIsKnownToHaveEnded) {
    const auto grant = issue(7);
    EXPECT_FALSE(admin_->has_ended("handle-7", {}).value());
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, ending()));
    EXPECT_TRUE(admin_->has_ended("handle-7", clock_.now() + base::Seconds{99}).value()) << "it is being ended";
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    EXPECT_TRUE(admin_->has_ended("handle-7", clock_.now()).value());
    EXPECT_FALSE(admin_->has_ended("handle-7", clock_.now() + base::Seconds{1}).value()) << "before the list was read";
    EXPECT_FALSE(admin_->has_ended("handle-8", {}).value());
}

TEST_P(AdminStoreContract, ActiveKeysAreListedByIdAndExpiredOnesTheEarliestFirst) {
    std::vector<std::string> ids;
    for (std::int64_t account = 1; account <= 4; ++account) {
        ids.push_back(issue(account).id);
        clock_.advance(base::Seconds{60});
    }
    reserve(5);
    const std::vector<std::string> by_age = ids;
    std::sort(ids.begin(), ids.end());
    std::vector<std::string> seen;
    for (std::string after;;) {
        const auto page = admin_->list_active(after, 3);
        ASSERT_TRUE(page) << page.error().detail;
        if (page->empty()) break;
        for (const Grant& grant : *page)
            seen.push_back(grant.id);
        after = seen.back();
    }
    EXPECT_EQ(seen, ids);
    EXPECT_TRUE(admin_->list_expired(clock_.now(), 10)->empty());
    clock_.advance(std::chrono::days{90} - base::Seconds{61});
    ASSERT_TRUE(admin_->begin_change(by_age[1], {true, std::nullopt}, "off"));
    const auto expired = [&](int limit) {
        std::vector<std::string> found;
        const auto all = admin_->list_expired(clock_.now(), limit).value();
        for (const Grant& grant : all)
            found.push_back(grant.id);
        return found;
    };
    EXPECT_EQ(expired(10), (std::vector<std::string>{by_age[0], by_age[2]})) << "and not one that is switched off";
    EXPECT_EQ(expired(1), std::vector<std::string>{by_age[0]});
}

TEST_P(AdminStoreContract, AGrantIsFoundByItsIdWhateverItsStatus) {
    const auto grant = reserve(7);
    EXPECT_EQ(admin_->find_grant(grant.id).value()->github_user_id.value, 7);
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, ending()));
    EXPECT_EQ(admin_->find_grant(grant.id).value()->status, GrantStatus::revoking);
    EXPECT_FALSE(admin_->find_grant(base::random_uuid()).value());
}

INSTANTIATE_TEST_SUITE_P(Stores, AdminStoreContract, testing::Values("memory", "sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
