// What every ReplacementStore promises, asked of each.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

class ReplacementStoreContract : public StoresUnderTest {
protected:
    std::optional<Grant> row(std::int64_t account) { return *keys_->find({account}); }
    Grant begun(std::int64_t account) {
        const auto grant = replacements_->begin_replacement(row(account)->id, ending());
        EXPECT_TRUE(grant) << grant.error().detail;
        return *grant;
    }
    static std::optional<base::Errc> code_of(const auto& result) {
        return result ? std::nullopt : std::optional(result.error().code);
    }
};

TEST_P(ReplacementStoreContract, TheIntentionIsStoredWithAnEntryInTheLedger) {
    const auto active = issue(7);
    ASSERT_TRUE(admin_->begin_change(active.id, {std::nullopt, base::MicroUsd{9'000'000}}, "change"));
    clock_.advance(base::Seconds{30});
    const auto replacing = replacements_->begin_replacement(active.id, ending());
    ASSERT_TRUE(replacing) << replacing.error().detail;
    EXPECT_EQ(replacing->id, active.id);
    EXPECT_EQ(replacing->status, GrantStatus::replacing);
    EXPECT_EQ(replacing->sealed_key, "") << "shown to nobody any more";
    EXPECT_EQ(replacing->unsynced, "") << "what upstream does not know of it matters no more";
    EXPECT_EQ(replacing->delete_handle, "handle-7") << "it is to be revoked yet";
    EXPECT_EQ(replacing->key_hint, "h7");
    EXPECT_EQ(replacing->nonce, active.nonce);
    EXPECT_EQ(replacing->daily_limit.value, 9'000'000);
    EXPECT_EQ(row(7)->status, GrantStatus::replacing);
    EXPECT_TRUE(keys_->knows("handle-7", "").value()) << "no orphan meanwhile";
    EXPECT_EQ(keys_->totals()->live, 1) << "its place is kept";
    const auto ledger = admin_->ledger_of({7});
    ASSERT_EQ(ledger->size(), 1u);
    EXPECT_EQ(ledger->at(0).grant.id, active.id);
    EXPECT_EQ(ledger->at(0).grant.sealed_key, "");
    EXPECT_EQ(ledger->at(0).actor + " " + ledger->at(0).reason, "github:1003 leaked");
    EXPECT_EQ(ledger->at(0).begun_at, clock_.now());
    EXPECT_FALSE(ledger->at(0).ended_at);
    EXPECT_TRUE(admin_->list_unsynced("", 10)->empty());
}

TEST_P(ReplacementStoreContract, BeginningTwiceIsBeginningOnce) {
    const auto active = issue(7);
    begun(7);
    const auto again = replacements_->begin_replacement(active.id, ending());
    ASSERT_TRUE(again) << "the answer to the first try may have been lost";
    EXPECT_EQ(again->status, GrantStatus::replacing);
    EXPECT_EQ(admin_->ledger_of({7})->size(), 1u);
}

TEST_P(ReplacementStoreContract, OnlyAnActiveKeyThatWorksIsReplaced) {
    EXPECT_EQ(code_of(replacements_->begin_replacement(base::random_uuid(), ending())), base::Errc::conflict);
    EXPECT_EQ(code_of(replacements_->begin_replacement(reserve(1).id, ending())), base::Errc::conflict);
    const auto ambiguous = reserve(2);
    ASSERT_TRUE(keys_->mark_ambiguous(attempt_of(ambiguous), "handle-2"));
    EXPECT_EQ(code_of(replacements_->begin_replacement(ambiguous.id, ending())), base::Errc::conflict);
    const auto revoking = issue(3);
    ASSERT_TRUE(admin_->begin_revocations({revoking.id}, ending()));
    EXPECT_EQ(code_of(replacements_->begin_replacement(revoking.id, ending())), base::Errc::conflict);
    const auto off = issue(4);
    ASSERT_TRUE(admin_->begin_change(off.id, {true, std::nullopt}, "off"));
    EXPECT_EQ(code_of(replacements_->begin_replacement(off.id, ending())), base::Errc::conflict);
    EXPECT_EQ(row(4)->status, GrantStatus::active);
    EXPECT_EQ(row(4)->sealed_key, "v1.sealed") << "nothing has changed";
    EXPECT_TRUE(admin_->ledger_of({4})->empty());
    ASSERT_TRUE(admin_->begin_change(off.id, {false, std::nullopt}, "on"));
    EXPECT_TRUE(replacements_->begin_replacement(off.id, ending()));
}

TEST_P(ReplacementStoreContract, AnAccountOnHoldGetsNoOtherKeyInPlaceOfItsOwn) {
    const auto active = issue(7);
    ASSERT_TRUE(admin_->set_hold({7}, Hold{clock_.now() + base::Seconds{60}, "no"}, "cli:root", clock_.now()));
    EXPECT_EQ(code_of(replacements_->begin_replacement(active.id, ending())), base::Errc::conflict);
    EXPECT_EQ(row(7)->status, GrantStatus::active);
    clock_.advance(base::Seconds{60});
    EXPECT_TRUE(replacements_->begin_replacement(active.id, ending()));
}

TEST_P(ReplacementStoreContract, TheRowThenWaitsAsAGrantOfItsOwn) {
    const auto old = issue(7, "ada");
    ASSERT_TRUE(spending_->note({reading_today("handle-7", 700'000)}));
    ASSERT_TRUE(admin_->note_reveal(old.id, {clock_.now(), "a test"}));
    ASSERT_TRUE(admin_->set_missing({old.id}, clock_.now()));
    const auto replacing = begun(7);
    clock_.advance(base::Seconds{30});
    const std::string new_id = base::random_uuid();
    const auto next = replacements_->finish_replacement(replacing, new_id, clock_.now());
    ASSERT_TRUE(next) << next.error().detail;
    EXPECT_EQ(next->id, new_id);
    EXPECT_EQ(next->status, GrantStatus::waiting);
    // What was the old key's is gone.
    EXPECT_EQ(next->delete_handle, "");
    EXPECT_EQ(next->sealed_key, "");
    EXPECT_EQ(next->key_hint, "");
    EXPECT_EQ(next->unsynced, "");
    EXPECT_EQ(next->spent.value, 0);
    EXPECT_FALSE(next->spent_as_of);
    EXPECT_FALSE(next->reveal);
    EXPECT_FALSE(next->missing_since);
    EXPECT_FALSE(next->last_used_at);
    EXPECT_EQ(next->attempts, 0);
    EXPECT_EQ(next->problem, MintProblem::none);
    EXPECT_EQ(next->created_at, clock_.now());
    EXPECT_EQ(next->attempted_at, clock_.now());
    EXPECT_TRUE(next->queued_at);
    EXPECT_EQ(next->next_attempt_at, clock_.now()) << "its turn may come at once";
    // What is the account's stays.
    EXPECT_EQ(next->github_user_id.value, 7);
    EXPECT_EQ(next->github_username, "ada");
    EXPECT_EQ(next->daily_limit.value, 2'500'000);
    EXPECT_FALSE(next->is_disabled);
    EXPECT_TRUE(next->keeps_place) << "it is not taken from who had a key before";
    EXPECT_EQ(keys_->totals()->live, 1);
    EXPECT_EQ(row(7)->id, new_id);
    EXPECT_FALSE(admin_->find_grant(old.id).value());
    EXPECT_FALSE(keys_->knows("handle-7", "").value());
    const auto ledger = admin_->ledger_of({7});
    ASSERT_EQ(ledger->size(), 1u);
    EXPECT_EQ(ledger->at(0).grant.id, old.id);
    EXPECT_EQ(ledger->at(0).ended_at, clock_.now());
    EXPECT_TRUE(admin_->has_ended("handle-7", clock_.now()).value());
    // Its spending of the day is the account's.
    const auto claimed = queue_->claim({attempt_of(*next), "nonce", clock_.now(), clock_.now(), {}});
    ASSERT_TRUE(claimed) << claimed.error().detail;
    EXPECT_EQ(claimed->carried.value, 700'000);
}

TEST_P(ReplacementStoreContract, TheNextKeyIsStoredInThatRow) {
    issue(7);
    const auto next = replacements_->finish_replacement(begun(7), base::random_uuid(), clock_.now());
    ASSERT_TRUE(next) << next.error().detail;
    EXPECT_EQ(queue_->place_of(next->id, 10).value(), 1);
    const auto claimed = queue_->claim({attempt_of(*next), "nonce", clock_.now(), clock_.now(), {}});
    ASSERT_TRUE(claimed) << claimed.error().detail;
    ASSERT_TRUE(keys_->activate(attempt_of(*claimed), {"handle-next", "v1.next", "next", clock_.now()}));
    EXPECT_EQ(row(7)->sealed_key, "v1.next");
    EXPECT_EQ(admin_->ledger_of({7})->size(), 1u);
    begun(7);
    EXPECT_EQ(admin_->ledger_of({7})->size(), 2u) << "each key has its own entry";
}

TEST_P(ReplacementStoreContract, WhoIsReplacedQueuesBehindThoseWhoWait) {
    issue(1);
    ReserveRequest request{{2}, "login", base::random_uuid(), "n", {}, clock_.now(), clock_.now()};
    request.is_queued = true;
    ASSERT_TRUE(keys_->reserve(request));
    ASSERT_TRUE(replacements_->finish_replacement(begun(1), base::random_uuid(), clock_.now()));
    const auto due = queue_->list_due(clock_.now(), 10);
    ASSERT_EQ(due->size(), 2u);
    EXPECT_EQ(due->at(0).github_user_id.value, 2);
    EXPECT_EQ(due->at(1).github_user_id.value, 1);
}

TEST_P(ReplacementStoreContract, AReplacementIsFinishedOnce) {
    issue(7);
    const auto replacing = begun(7);
    std::atomic<int> finished{0};
    std::vector<std::thread> processes;
    for (int i = 0; i < 6; ++i) {
        processes.emplace_back([&] {
            const auto next = replacements_->finish_replacement(replacing, base::random_uuid(), clock_.now());
            if (next) ++finished;
            EXPECT_TRUE(next || next.error().code == base::Errc::conflict);
        });
    }
    for (auto& process : processes)
        process.join();
    EXPECT_EQ(finished, 1);
    EXPECT_EQ(row(7)->status, GrantStatus::waiting);
    EXPECT_EQ(keys_->totals()->live, 1);
}

TEST_P(ReplacementStoreContract, WhatWasNotBegunIsGoneOrIsBeingRevokedCannotBeFinished) {
    const auto finish = [&](const Grant& grant) {
        return code_of(replacements_->finish_replacement(grant, base::random_uuid(), clock_.now()));
    };
    const auto active = issue(1);
    EXPECT_EQ(finish(active), base::Errc::conflict);
    EXPECT_EQ(row(1)->id, active.id);
    issue(2);
    const auto revoked = begun(2);
    ASSERT_EQ(admin_->begin_revocations({revoked.id}, ending()).value(), 1);
    EXPECT_EQ(finish(revoked), base::Errc::conflict);
    EXPECT_EQ(row(2)->status, GrantStatus::revoking);
    EXPECT_FALSE(admin_->ledger_of({2})->at(0).ended_at) << "the entry is the revocation's to close";
    ASSERT_TRUE(admin_->finish_revocation(revoked, clock_.now()));
    EXPECT_EQ(finish(revoked), base::Errc::conflict);
    EXPECT_FALSE(row(2));
}

TEST_P(ReplacementStoreContract, ListsWhatHasBegunByIdFromWhereItIsAsked) {
    std::vector<std::string> ids;
    for (std::int64_t account = 1; account <= 5; ++account) {
        issue(account);
        ids.push_back(begun(account).id);
    }
    issue(6);
    reserve(7);
    std::sort(ids.begin(), ids.end());
    std::vector<std::string> seen;
    for (std::string after; seen.size() <= ids.size();) {
        const auto page = replacements_->list_replacing(after, 2);
        ASSERT_TRUE(page) << page.error().detail;
        EXPECT_LE(page->size(), 2u);
        if (page->empty()) break;
        for (const Grant& grant : *page)
            seen.push_back(grant.id);
        after = seen.back();
    }
    EXPECT_EQ(seen, ids);
    const auto first = replacements_->list_replacing("", 1).value().at(0);
    EXPECT_EQ(first.status, GrantStatus::replacing);
    ASSERT_TRUE(replacements_->finish_replacement(first, base::random_uuid(), clock_.now()));
    EXPECT_EQ(replacements_->list_replacing("", 10)->size(), 4u);
}

INSTANTIATE_TEST_SUITE_P(Stores, ReplacementStoreContract, testing::Values("memory", "sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
