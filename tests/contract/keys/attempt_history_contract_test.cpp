// What a database remembers of the attempts that it gave up, by every way that gives one up.
#include <gtest/gtest.h>

#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

class AttemptHistoryContract : public StoresUnderTest {
protected:
    bool remembers(const std::string& nonce) {
        const auto known = history_->remembered({"another", nonce});
        EXPECT_TRUE(known) << (known ? "" : known.error().detail);
        return known && known->size() == 1 && *known->begin() == nonce;
    }
    Attempt attempt_of(const Grant& grant) { return llmapikey::attempt_of(grant); }
};

TEST_P(AttemptHistoryContract, WhatIsInARowIsRemembered) {
    EXPECT_TRUE(history_->remembered({}).value().empty());
    EXPECT_TRUE(history_->remembered({"nobody's"}).value().empty());
    const auto pending = reserve(1), active = issue(2);
    EXPECT_TRUE(remembers(pending.nonce));
    EXPECT_TRUE(remembers(active.nonce));
    EXPECT_EQ(history_->remembered({pending.nonce, active.nonce, "x"})->size(), 2u);
}

TEST_P(AttemptHistoryContract, WhatIsReleasedIsRemembered) {
    const auto first = reserve(1);
    ASSERT_TRUE(keys_->release(attempt_of(first)));
    EXPECT_TRUE(remembers(first.nonce));
    const auto second = reserve(1);
    ASSERT_TRUE(keys_->release(attempt_of(second), MintProblem::lost_answer, clock_.now()));
    EXPECT_TRUE(remembers(second.nonce));
    EXPECT_TRUE(remembers(first.nonce));
    EXPECT_EQ(queue_->past_of({1})->problem, MintProblem::lost_answer);
}

TEST_P(AttemptHistoryContract, WhatWaitsForAnotherTurnIsRememberedAlsoOnceThatHasCome) {
    const auto first = reserve(1);
    ASSERT_TRUE(queue_->requeue(attempt_of(first), {clock_.now(), MintProblem::lost_answer, true}));
    EXPECT_TRUE(remembers(first.nonce));
    const auto waiting = *keys_->find({1}).value();
    const std::string next = base::random_token(16);
    ASSERT_TRUE(queue_->claim({attempt_of(waiting), next, clock_.now(), clock_.now(), {}}));
    EXPECT_TRUE(remembers(first.nonce));
    EXPECT_TRUE(remembers(next));
}

TEST_P(AttemptHistoryContract, WhatIsAbandonedIsRemembered) {
    const auto first = reserve(1);
    ASSERT_TRUE(queue_->requeue(attempt_of(first), {clock_.now(), MintProblem::refused, true}));
    ASSERT_TRUE(keys_->abandon(attempt_of(first), MintProblem::refused, clock_.now()));
    EXPECT_FALSE(*keys_->find({1}));
    EXPECT_TRUE(remembers(first.nonce));
}

TEST_P(AttemptHistoryContract, WhatIsReplacedIsRemembered) {
    const auto old = issue(1);
    const auto begun = replacements_->begin_replacement(old.id, ending());
    ASSERT_TRUE(begun);
    const auto waiting = replacements_->finish_replacement(*begun, base::random_uuid(), clock_.now());
    ASSERT_TRUE(waiting);
    const std::string next = base::random_token(16);
    ASSERT_TRUE(queue_->claim({attempt_of(*waiting), next, clock_.now(), clock_.now(), {}}));
    EXPECT_TRUE(remembers(old.nonce));
}

TEST_P(AttemptHistoryContract, WhatIsRevokedIsRemembered) {
    const auto grant = issue(1);
    ASSERT_EQ(admin_->begin_revocations({grant.id}, ending()).value(), 1);
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    EXPECT_FALSE(*keys_->find({1}));
    EXPECT_TRUE(remembers(grant.nonce));
}

TEST_P(AttemptHistoryContract, ForgetsByTheDatabasesOwnClock) {
    const auto given_up = reserve(1);
    ASSERT_TRUE(keys_->release(attempt_of(given_up)));
    clock_.advance(std::chrono::days{400});
    ASSERT_TRUE(history_->prune(std::chrono::hours{1}));
    EXPECT_TRUE(remembers(given_up.nonce));
    ASSERT_TRUE(history_->prune(base::Seconds{-5}));
    EXPECT_FALSE(remembers(given_up.nonce));
}

TEST_P(AttemptHistoryContract, BeganWithTheFirstMigrationAndCountsWhatWasEndedUnasked) {
    const auto now = base::SystemClock().now();
    const auto began = history_->began_at();
    ASSERT_TRUE(began);
    EXPECT_LE(*began, std::max(now, clock_.now()));
    EXPECT_GT(*began, std::min(now, clock_.now()) - std::chrono::hours{1});
    EXPECT_EQ(history_->unremembered_ends(clock_.now())->size(), 0u);
    ASSERT_TRUE(history_->note_unremembered_end("one", clock_.now()));
    ASSERT_TRUE(history_->note_unremembered_end("one", clock_.now()));
    ASSERT_TRUE(history_->note_unremembered_end("two", clock_.now() + base::Seconds{10}));
    EXPECT_EQ(history_->unremembered_ends(clock_.now())->size(), 2u);
    EXPECT_EQ(history_->unremembered_ends(clock_.now() + base::Seconds{1})->size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stores, AttemptHistoryContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
