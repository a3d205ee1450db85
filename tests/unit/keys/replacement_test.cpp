#include "keys/replacement.hpp"

#include <gtest/gtest.h>

#include "support/key_services.hpp"

namespace llmapikey::test {
namespace {

class ReplacementTest : public KeyServices {
protected:
    base::Result<Grant> begin(const Grant& grant) {
        return replacement_.begin(grant, {"recipient:1001", "127.0.0.1"}, "rotated", soon());
    }
    LedgerEntry ended() {
        const auto entries = store_.ledger_of(ada.id).value();
        EXPECT_EQ(entries.size(), 1u);
        return entries.empty() ? LedgerEntry{} : entries.front();
    }
    using Actions = std::vector<std::string>;
};

TEST_F(ReplacementTest, TheOldKeyIsGoneAndItsPlaceWaits) {
    const Grant old = issue(ada);
    const auto waiting = begin(old);
    ASSERT_TRUE(waiting) << waiting.error().detail;
    EXPECT_EQ(waiting->status, GrantStatus::waiting);
    EXPECT_NE(waiting->id, old.id);
    EXPECT_EQ(row_of(ada).id, waiting->id);
    EXPECT_TRUE(provider_.live_keys().empty()) << "never are there two";
    EXPECT_EQ(provider_.mint_calls(), 1) << "minting is not its business";
    EXPECT_EQ(ended().grant.id, old.id);
    EXPECT_EQ(ended().actor + " " + ended().reason, "recipient:1001 rotated");
    EXPECT_TRUE(ended().ended_at);
    EXPECT_EQ(audit(), (Actions{"key.replace begun", "key.replace done"}));
}

TEST_F(ReplacementTest, WhatTheOldKeySpentTodayIsKept) {
    const Grant old = issue(ada);
    provider_.change_key(old.delete_handle,
                         [](UpstreamKey& key) { key.usage_daily = key.usage = base::MicroUsd{700'000}; });
    ASSERT_TRUE(begin(old));
    const auto days = store_.days({ada.id}, clock_.now()).value();
    ASSERT_EQ(days.size(), 1u);
    EXPECT_EQ(days[0].spent.value, 700'000);
}

TEST_F(ReplacementTest, TheIntentionSurvivesAnUpstreamThatIsAway) {
    const Grant old = issue(ada);
    provider_.fail_next_revoke();
    const auto begun = begin(old);
    ASSERT_FALSE(begun);
    EXPECT_EQ(begun.error().code, base::Errc::upstream_down);
    EXPECT_EQ(row_of(ada).status, GrantStatus::replacing);
    EXPECT_EQ(row_of(ada).sealed_key, "") << "shown to nobody any more";
    EXPECT_TRUE(provider_.live_keys()[0].is_disabled) << "what it has spent is final";
    EXPECT_FALSE(ended().ended_at);
    EXPECT_EQ(audit(), (Actions{"key.replace begun", "key.replace failed"}));
    const auto resumed = replacement_.resume(row_of(ada), soon());
    ASSERT_TRUE(resumed) << resumed.error().detail;
    EXPECT_EQ(resumed->status, GrantStatus::waiting);
    EXPECT_TRUE(ended().ended_at);
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_F(ReplacementTest, AKeyThatIsGoneUpstreamMakesRoomToo) {
    const Grant old = issue(ada);
    provider_.remove_key(old.delete_handle);
    EXPECT_TRUE(begin(old));
}

TEST_F(ReplacementTest, WhoComesSecondChangesNothing) {
    const Grant old = issue(ada);
    ASSERT_TRUE(begin(old));
    const Grant waiting = row_of(ada);
    const auto again = begin(old);
    ASSERT_FALSE(again);
    EXPECT_EQ(again.error().code, base::Errc::conflict);
    EXPECT_EQ(row_of(ada).id, waiting.id);
    EXPECT_EQ(replacement_.resume(old, soon()).error().code, base::Errc::conflict);
    EXPECT_EQ(store_.ledger_of(ada.id)->size(), 1u);
}

TEST_F(ReplacementTest, WhatMayNotBeReplacedIsNotTouchedUpstream) {
    const Grant off = issue(ada);
    ASSERT_TRUE(store_.begin_change(off.id, {true, std::nullopt}, "token"));
    EXPECT_EQ(begin(off).error().code, base::Errc::conflict) << "an organizer has switched it off";
    const Grant held = issue(bob);
    store_.hold(bob.id, Hold{std::nullopt, "no"});
    EXPECT_EQ(begin(held).error().code, base::Errc::conflict);
    EXPECT_EQ(begin(reserve(cleo)).error().code, base::Errc::conflict);
    EXPECT_EQ(provider_.update_calls(), 0);
    EXPECT_EQ(provider_.live_keys().size(), 2u);
}

TEST_F(ReplacementTest, ARevocationThatComesInBetweenWins) {
    const Grant old = issue(ada);
    provider_.fail_next_revoke();
    ASSERT_FALSE(begin(old));
    ASSERT_EQ(store_.begin_revocations({old.id}, ending()).value(), 1);
    EXPECT_EQ(replacement_.resume(old, soon()).error().code, base::Errc::conflict);
    EXPECT_EQ(row_of(ada).status, GrantStatus::revoking);
}

}  // namespace
}  // namespace llmapikey::test
