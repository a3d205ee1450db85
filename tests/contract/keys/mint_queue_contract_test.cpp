// What every MintQueue promises, asked of each.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

class MintQueueContract : public StoresUnderTest {
protected:
    Grant row(std::int64_t account) { return keys_->find({account})->value(); }

    Grant queue(std::int64_t account) {
        ReserveRequest request{
            {account},    "login",     base::random_uuid(), base::random_token(16), base::MicroUsd{2'500'000},
            clock_.now(), clock_.now()};
        request.is_queued = true;
        const auto outcome = keys_->reserve(request);
        EXPECT_TRUE(outcome && std::holds_alternative<Reserved>(*outcome));
        return row(account);
    }
    Claim claim_of(const Grant& grant, const std::string& nonce = base::random_token(16)) {
        return {attempt_of(grant), nonce, clock_.now(), clock_.now() + std::chrono::days{90}, std::nullopt};
    }
    Grant claimed(std::int64_t account) {
        const auto grant = queue_->claim(claim_of(row(account)));
        EXPECT_TRUE(grant) << grant.error().detail;
        return *grant;
    }
    Requeue later(base::Seconds by, MintProblem problem = MintProblem::upstream_down, bool counts = true) {
        return {clock_.now() + by, problem, counts};
    }
    std::vector<std::int64_t> due(int limit = 100) {
        const auto found = queue_->list_due(clock_.now(), limit);
        EXPECT_TRUE(found) << found.error().detail;
        std::vector<std::int64_t> accounts;
        for (const Grant& grant : *found)
            accounts.push_back(grant.github_user_id.value);
        return accounts;
    }
    std::optional<int> place(std::int64_t account, int most = 100) {
        const auto place = queue_->place_of(row(account).id, most);
        EXPECT_TRUE(place) << place.error().detail;
        return *place;
    }
    static std::optional<base::Errc> code_of(const auto& result) {
        return result ? std::nullopt : std::optional(result.error().code);
    }
    using Accounts = std::vector<std::int64_t>;
};

TEST_P(MintQueueContract, AClaimMakesTheWaitingRowANewAttempt) {
    const auto waiting = queue(7);
    ASSERT_EQ(waiting.status, GrantStatus::waiting);
    EXPECT_TRUE(waiting.queued_at);
    EXPECT_EQ(waiting.next_attempt_at, clock_.now());
    clock_.advance(base::Seconds{30});
    const auto claimed = queue_->claim(claim_of(waiting, "second"));
    ASSERT_TRUE(claimed) << claimed.error().detail;
    EXPECT_EQ(claimed->id, waiting.id);
    EXPECT_EQ(claimed->status, GrantStatus::pending);
    EXPECT_EQ(claimed->nonce, "second");
    EXPECT_EQ(claimed->attempted_at, clock_.now());
    EXPECT_EQ(claimed->expires_at, clock_.now() + std::chrono::days{90});
    EXPECT_EQ(claimed->created_at, waiting.created_at) << "the wish is as old as it was";
    EXPECT_EQ(claimed->queued_at, waiting.queued_at) << "its turn is kept, should this come to nothing";
    EXPECT_EQ(claimed->daily_limit, waiting.daily_limit) << "the row's own";
    EXPECT_EQ(row(7).nonce, "second") << "it is stored as it was answered";
    EXPECT_TRUE(keys_->knows("", "second").value());
    EXPECT_EQ(keys_->totals()->live, 1);
}

TEST_P(MintQueueContract, AClaimMayBringAnotherCap) {
    auto claim = claim_of(queue(7));
    claim.daily_limit = base::MicroUsd{9'000'000};
    EXPECT_EQ(queue_->claim(claim)->daily_limit.value, 9'000'000);
    EXPECT_EQ(row(7).daily_limit.value, 9'000'000);
}

TEST_P(MintQueueContract, OfManyWhoClaimOneIsFirst) {
    const auto waiting = queue(7);
    std::atomic<int> first{0}, late{0};
    std::vector<std::thread> dispatchers;
    for (int i = 0; i < 8; ++i) {
        dispatchers.emplace_back([&] {
            const auto claimed = queue_->claim(claim_of(waiting));
            ++(claimed ? first : late);
            EXPECT_TRUE(claimed || claimed.error().code == base::Errc::conflict);
        });
    }
    for (auto& dispatcher : dispatchers)
        dispatcher.join();
    EXPECT_EQ(first, 1);
    EXPECT_EQ(late, 7);
}

TEST_P(MintQueueContract, WhatDoesNotWaitOrIsAnotherAttemptCannotBeClaimed) {
    Grant nobody;
    nobody.id = base::random_uuid();
    nobody.github_user_id = {1};
    nobody.nonce = "nonce";
    EXPECT_EQ(code_of(queue_->claim(claim_of(nobody))), base::Errc::conflict) << "the row is gone";
    EXPECT_EQ(code_of(queue_->claim(claim_of(reserve(2)))), base::Errc::conflict) << "pending";
    EXPECT_EQ(code_of(queue_->claim(claim_of(issue(3)))), base::Errc::conflict) << "active";
    const auto first = queue(4);
    ASSERT_TRUE(queue_->requeue(attempt_of(claimed(4)), later(base::Seconds{0})));
    EXPECT_EQ(code_of(queue_->claim(claim_of(first))), base::Errc::conflict) << "read before the attempt between";
    EXPECT_EQ(row(4).status, GrantStatus::waiting);
    ASSERT_TRUE(queue_->claim(claim_of(row(4))));
}

TEST_P(MintQueueContract, NobodyMintsForAnAccountOnHold) {
    const auto waiting = queue(7);
    ASSERT_TRUE(admin_->set_hold({7}, Hold{clock_.now() + base::Seconds{60}, "no"}, "cli:root", clock_.now()));
    EXPECT_EQ(code_of(queue_->claim(claim_of(waiting))), base::Errc::conflict);
    EXPECT_EQ(row(7).nonce, waiting.nonce) << "nothing has changed";
    EXPECT_EQ(due(), Accounts{7}) << "what becomes of it is the dispatcher's to decide";
    clock_.advance(base::Seconds{60});
    EXPECT_TRUE(queue_->claim(claim_of(waiting)));
}

TEST_P(MintQueueContract, AClaimLooksUpWhatEarlierKeysHaveSpentThatDay) {
    const auto old = issue(7);
    ASSERT_TRUE(spending_->note({reading_today("handle-7", 700'000)}));
    ASSERT_TRUE(admin_->begin_revocations({old.id}, ending()));
    ASSERT_TRUE(admin_->finish_revocation(old, clock_.now()));
    const auto waiting = queue(7);
    const auto today = queue_->claim(claim_of(waiting));
    ASSERT_TRUE(today) << today.error().detail;
    EXPECT_EQ(today->carried.value, 700'000);
    EXPECT_EQ(today->carried_until, next_reset(clock_.now()));
    ASSERT_TRUE(queue_->requeue(attempt_of(*today), later(base::Seconds{0})));
    clock_.advance(std::chrono::hours{24});
    const auto tomorrow = queue_->claim(claim_of(row(7)));
    ASSERT_TRUE(tomorrow) << tomorrow.error().detail;
    EXPECT_EQ(tomorrow->carried.value, 0) << "it is another day by now";
    EXPECT_FALSE(tomorrow->carried_until);
}

TEST_P(MintQueueContract, AnAttemptThatMadeNoKeyWaitsAgainAtItsPlace) {
    for (std::int64_t account = 1; account <= 3; ++account)
        queue(account);
    const auto queued_at = row(1).queued_at;
    const auto attempt = claimed(1);
    EXPECT_EQ(place(1), std::nullopt) << "its turn has come";
    EXPECT_EQ(place(2), 1);
    ASSERT_TRUE(queue_->requeue(attempt_of(attempt), later(base::Seconds{20})));
    const auto waiting = row(1);
    EXPECT_EQ(waiting.status, GrantStatus::waiting);
    EXPECT_EQ(waiting.queued_at, queued_at);
    EXPECT_EQ(waiting.next_attempt_at, clock_.now() + base::Seconds{20});
    EXPECT_EQ(waiting.attempts, 1);
    EXPECT_EQ(waiting.problem, MintProblem::upstream_down);
    EXPECT_EQ(waiting.nonce, attempt.nonce);
    EXPECT_EQ(place(1), 1);
    EXPECT_EQ(due(), (Accounts{2, 3})) << "not yet";
    clock_.advance(base::Seconds{20});
    EXPECT_EQ(due(), (Accounts{1, 2, 3})) << "the first in the queue first";
    ASSERT_TRUE(queue_->requeue(attempt_of(claimed(1)), later(base::Seconds{0}, MintProblem::rate_limited, false)));
    EXPECT_EQ(row(1).attempts, 1) << "this one does not count";
    EXPECT_EQ(row(1).problem, MintProblem::rate_limited);
    EXPECT_EQ(keys_->totals()->live, 3) << "no place was given up meanwhile";
}

TEST_P(MintQueueContract, WhoWasNeverQueuedArrivesWhenItsAttemptComesToNothing) {
    const auto pending = reserve(1);
    queue(2);
    ASSERT_TRUE(queue_->requeue(attempt_of(pending), later(base::Seconds{0})));
    EXPECT_TRUE(row(1).queued_at);
    EXPECT_EQ(due(), (Accounts{2, 1}));
    EXPECT_EQ(place(1), 2);
}

TEST_P(MintQueueContract, AnAttemptInDoubtWaitsAgainWithoutTheHandle) {
    const auto pending = reserve(1);
    ASSERT_TRUE(keys_->mark_ambiguous(attempt_of(pending), "handle-1"));
    ASSERT_TRUE(queue_->requeue(attempt_of(pending), later(base::Seconds{0}, MintProblem::lost_answer)));
    EXPECT_EQ(row(1).status, GrantStatus::waiting);
    EXPECT_EQ(row(1).delete_handle, "");
    EXPECT_FALSE(keys_->knows("handle-1", "").value());
    EXPECT_TRUE(keys_->list_open_attempts(clock_.now(), "", 10)->empty()) << "nothing is left to look for";
}

TEST_P(MintQueueContract, AnAttemptWhoseEndIsDecidedDoesNotWait) {
    const auto pending = reserve(1);
    ASSERT_EQ(admin_->begin_revocations({pending.id}, ending()).value(), 1);
    ASSERT_TRUE(queue_->requeue(attempt_of(pending), later(base::Seconds{0})));
    EXPECT_EQ(row(1).status, GrantStatus::revoking);
    EXPECT_EQ(row(1).nonce, "");
    EXPECT_TRUE(due().empty());
    EXPECT_EQ(place(1), std::nullopt);
    ASSERT_TRUE(admin_->finish_revocation(row(1), clock_.now()));
    EXPECT_FALSE(*keys_->find({1}));
}

TEST_P(MintQueueContract, WhatIsGoneActiveOrAnotherAttemptIsNotQueuedAgain) {
    const auto active = issue(1);
    EXPECT_EQ(code_of(queue_->requeue(attempt_of(active), later(base::Seconds{0}))), base::Errc::conflict);
    EXPECT_EQ(row(1).status, GrantStatus::active);
    const auto released = reserve(2);
    ASSERT_TRUE(keys_->release(attempt_of(released)));
    EXPECT_EQ(code_of(queue_->requeue(attempt_of(released), later(base::Seconds{0}))), base::Errc::conflict);
    const auto waiting = queue(3);
    EXPECT_EQ(code_of(queue_->requeue(attempt_of(waiting), later(base::Seconds{0}))), base::Errc::conflict)
        << "it waits already";
    EXPECT_EQ(row(3).attempts, 0);
    claimed(3);
    EXPECT_EQ(code_of(queue_->requeue(attempt_of(waiting), later(base::Seconds{0}))), base::Errc::conflict)
        << "the attempt is another one by now";
    EXPECT_EQ(row(3).status, GrantStatus::pending);
}

TEST_P(MintQueueContract, TurnsComeInTheOrderOfArrivalAndOnlyWaitingRowsHaveOne) {
    Accounts order{8, 3, 9, 1, 7};  // neither that of the accounts nor that of the random ids
    for (const std::int64_t account : order)
        queue(account);
    reserve(20);
    issue(21);
    EXPECT_EQ(due(), order);
    EXPECT_EQ(due(2), (Accounts{8, 3}));
    EXPECT_TRUE(due(0).empty());
    EXPECT_TRUE(queue_->list_due(clock_.now() - base::Seconds{1}, 10)->empty()) << "not before their time";
    const auto listed = queue_->list_due(clock_.now(), 1).value().at(0);
    EXPECT_EQ(listed.id, row(8).id);
    EXPECT_EQ(listed.nonce, row(8).nonce) << "with all that a claim needs";
}

TEST_P(MintQueueContract, APlaceIsCountedFromOneAndNoFurtherThanAsked) {
    for (const std::int64_t account : {5, 4, 3, 2, 1})
        queue(account);
    EXPECT_EQ(place(5), 1);
    EXPECT_EQ(place(3), 3);
    EXPECT_EQ(place(1), 5);
    EXPECT_EQ(place(1, 3), 3);
    EXPECT_EQ(place(5, 1), 1);
    ASSERT_TRUE(keys_->abandon(attempt_of(row(4)), MintProblem::paused, clock_.now()));
    EXPECT_EQ(place(3), 2) << "who has left counts no more";
    EXPECT_EQ(queue_->place_of(base::random_uuid(), 10).value(), std::nullopt);
    reserve(6);
    EXPECT_EQ(place(6), std::nullopt);
    issue(7);
    EXPECT_EQ(place(7), std::nullopt);
}

TEST_P(MintQueueContract, WhoseTurnIsNotDueStillHasAPlace) {
    queue(1);
    queue(2);
    ASSERT_TRUE(queue_->requeue(attempt_of(claimed(1)), later(base::Seconds{60})));
    EXPECT_EQ(due(), Accounts{2});
    EXPECT_EQ(place(1), 1);
    EXPECT_EQ(place(2), 2);
}

TEST_P(MintQueueContract, ThePastOfAnAccountIsItsLatestKeyAndItsLatestProblem) {
    const auto nothing = queue_->past_of({7});
    ASSERT_TRUE(nothing) << nothing.error().detail;
    EXPECT_FALSE(nothing->latest);
    EXPECT_EQ(nothing->problem, MintProblem::none);
    for (const char* reason : {"expired", "leaked"}) {
        const auto grant = issue(7);
        Ending why = ending();
        why.reason = reason;
        why.actor = reason == std::string_view("expired") ? "system" : "github:1003";
        ASSERT_EQ(admin_->begin_revocations({grant.id}, why).value(), 1);
        ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
        const auto past = queue_->past_of({7});
        ASSERT_TRUE(past && past->latest);
        EXPECT_EQ(past->latest->hint, "h7");
        EXPECT_EQ(past->latest->reason, reason);
        EXPECT_EQ(past->latest->actor, why.actor);
        EXPECT_EQ(past->latest->ended_at, clock_.now());
        clock_.advance(base::Seconds{60});
    }
    ASSERT_TRUE(keys_->abandon(attempt_of(queue(7)), MintProblem::paused, clock_.now()));
    clock_.advance(base::Seconds{5});
    ASSERT_TRUE(keys_->release(attempt_of(reserve(7)), MintProblem::refused, clock_.now()));
    const auto past = queue_->past_of({7});
    EXPECT_EQ(past->problem, MintProblem::refused);
    EXPECT_EQ(past->problem_at, clock_.now());
    EXPECT_EQ(past->latest->reason, "leaked") << "it is still the latest key";
    ASSERT_TRUE(keys_->release(attempt_of(reserve(7))));
    EXPECT_EQ(queue_->past_of({7})->problem, MintProblem::refused) << "nothing to tell tells nothing";
    EXPECT_FALSE(queue_->past_of({8})->latest);
    EXPECT_EQ(queue_->past_of({8})->problem, MintProblem::none);
}

INSTANTIATE_TEST_SUITE_P(Stores, MintQueueContract, testing::Values("memory", "sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
