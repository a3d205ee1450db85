#include "keys/own_key.hpp"

#include <gtest/gtest.h>

#include "support/key_services.hpp"

namespace llmapikey {
namespace {

class OwnKeyTest : public test::KeyServices {
protected:
    KeyOutcome rotate(const std::string& grant_id = "") {
        return own_key_.rotate(terms(), ada, grant_id, "127.0.0.1").status;
    }

    OwnKey& own_key_ = keys_.own_key;
};

TEST_F(OwnKeyTest, TheOldKeyIsGoneBeforeTheNewOneIsMade) {
    const auto old = issue(ada);
    std::size_t keys_while_minting = 0;
    provider_.during_next_mint([&] { keys_while_minting = provider_.live_keys().size(); });
    EXPECT_EQ(rotate(old.id), KeyOutcome::created);
    EXPECT_EQ(keys_while_minting, 1u) << "the new one alone";
    EXPECT_NE(row_of(ada).id, old.id);
    EXPECT_EQ(store_.ledger_of(ada.id)->at(0).reason, "rotated");
    EXPECT_EQ(store_.ledger_of(ada.id)->at(0).actor, "recipient:1001");
    EXPECT_EQ(audit(), (std::vector<std::string>{"key.replace begun", "key.replace done"}));
}

TEST_F(OwnKeyTest, WhatTheOldKeyHasSpentTodayLowersTheNewCap) {
    const auto old = issue(ada);
    provider_.change_key(old.delete_handle,
                         [](UpstreamKey& key) { key.usage_daily = key.usage = base::MicroUsd{900'000}; });
    EXPECT_EQ(rotate(), KeyOutcome::created);
    EXPECT_EQ(provider_.live_keys()[0].limit->value, 1'600'000);
}

TEST_F(OwnKeyTest, PressingTwiceMakesOneKey) {
    const auto old = issue(ada);
    EXPECT_EQ(rotate(old.id), KeyOutcome::created);
    EXPECT_EQ(rotate(old.id), KeyOutcome::exists) << "another one has taken its place";
    EXPECT_EQ(provider_.mint_calls(), 2);
    EXPECT_EQ(rotate(), KeyOutcome::created) << "whichever there is";
}

TEST_F(OwnKeyTest, WhileUpstreamDoesNotAnswerTheReplacementIsSortedOut) {
    const auto old = issue(ada);
    provider_.refuse(old.delete_handle, outage());
    EXPECT_EQ(rotate(), KeyOutcome::ambiguous);
    EXPECT_EQ(row_of(ada).status, GrantStatus::replacing) << "the intention survives";
    provider_.refuse(old.delete_handle, std::nullopt);
    EXPECT_EQ(rotate(old.id), KeyOutcome::created) << "and asking again ends it";
    EXPECT_EQ(provider_.live_keys().size(), 1u);
}

TEST_F(OwnKeyTest, WhoMayNotHaveAnotherOneKeepsTheirs) {
    EXPECT_EQ(rotate(), KeyOutcome::no_key);
    const auto grant = issue(ada);
    store_.hold(ada.id, {std::nullopt, "no"});
    EXPECT_EQ(rotate(), KeyOutcome::on_hold);
    ASSERT_TRUE(store_.set_hold(ada.id, std::nullopt, "cli:root", clock_.now()));
    ASSERT_TRUE(store_.begin_change(grant.id, {true, std::nullopt}, "off"));
    EXPECT_EQ(rotate(), KeyOutcome::switched_off);
    store_.fail_next(test::MemoryKeyStore::Operation::find);
    EXPECT_EQ(rotate(), KeyOutcome::failed);
    EXPECT_EQ(row_of(ada).id, grant.id);
    EXPECT_EQ(provider_.live_keys().size(), 1u);
}

TEST_F(OwnKeyTest, WhileAnOrganizerHasPausedMintingTheKeyStays) {
    const auto grant = issue(ada);
    store_.set_term(term_names::minting_paused, 1);
    EXPECT_EQ(rotate(grant.id), KeyOutcome::paused);
    EXPECT_EQ(row_of(ada).id, grant.id);
    EXPECT_EQ(provider_.live_keys().size(), 1u);
    store_.set_term(term_names::minting_paused, std::nullopt);
    EXPECT_EQ(rotate(grant.id), KeyOutcome::created);
}

TEST_F(OwnKeyTest, GivingBackHoldsTheAccountUntilTheReset) {
    const auto grant = issue(ada);
    EXPECT_EQ(own_key_.give_back(ada, base::random_uuid(), "").value(), KeyOutcome::no_key) << "another one";
    EXPECT_EQ(own_key_.give_back(ada, grant.id, "").value(), KeyOutcome::given_back);
    EXPECT_TRUE(provider_.live_keys().empty());
    const auto hold = store_.find_account({ada.id})->hold;
    ASSERT_TRUE(hold);
    EXPECT_TRUE(hold->is_own);
    EXPECT_EQ(hold->until, next_reset(clock_.now()));
    EXPECT_EQ(own_key_.give_back(ada, "", "").value(), KeyOutcome::no_key);
}

TEST_F(OwnKeyTest, AKeyThatIsSwitchedOffOrStillBeingMadeIsNotGivenBack) {
    const auto grant = issue(ada);
    ASSERT_TRUE(store_.begin_change(grant.id, {true, std::nullopt}, "off"));
    EXPECT_EQ(own_key_.give_back(ada, "", "").value(), KeyOutcome::switched_off);
    reserve(bob);
    EXPECT_EQ(own_key_.give_back(bob, "", "").value(), KeyOutcome::no_key);
    EXPECT_EQ(row_of(bob).status, GrantStatus::pending);
}

TEST_F(OwnKeyTest, WhileUpstreamDoesNotAnswerItIsEnding) {
    const auto grant = issue(ada);
    provider_.refuse(grant.delete_handle, outage());
    EXPECT_EQ(own_key_.give_back(ada, "", "").value(), KeyOutcome::ending);
    EXPECT_EQ(row_of(ada).status, GrantStatus::revoking);
    store_.fail_next(test::MemoryKeyStore::Operation::find);
    const auto failed = own_key_.give_back(ada, "", "");
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, base::Errc::store_unavailable);
}

}  // namespace
}  // namespace llmapikey
