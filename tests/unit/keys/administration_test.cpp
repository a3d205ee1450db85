#include "keys/administration.hpp"

#include <gtest/gtest.h>

#include "support/key_services.hpp"

namespace llmapikey {
namespace {

class AdministrationTest : public test::KeyServices {
protected:
    static base::Errc code_of(const auto& result) {
        EXPECT_FALSE(result);
        return result.error().code;
    }
    using Entries = std::vector<std::string>;

    Administration& administration_ = keys_.administration;
};

TEST_F(AdministrationTest, MintsForAnAccountUnderTheNameThatGithubKnows) {
    identity_.add(ada);
    const auto minted = administration_.mint(terms(), ada.id, "", grace);
    ASSERT_TRUE(minted) << minted.error().detail;
    EXPECT_EQ(minted->status, KeyOutcome::created);
    EXPECT_EQ(row_of(ada).github_username, "ada");
    EXPECT_EQ(audit(), (Entries{"key.mint begun", "key.mint done"}));
    const auto entry = audit_.read(0, 10)->at(1).entry;
    EXPECT_EQ(entry.actor, "github:1003");
    EXPECT_EQ(entry.origin, "127.0.0.1");
    EXPECT_EQ(entry.subject, "account:1001");
    EXPECT_EQ(administration_.mint(terms(), ada.id, "ada", grace)->status, KeyOutcome::exists);
    EXPECT_EQ(provider_.mint_calls(), 1);
}

TEST_F(AdministrationTest, AnAccountThatGithubDoesNotKnowGetsNone) {
    EXPECT_EQ(code_of(administration_.mint(terms(), ada.id, "", grace)), base::Errc::not_found);
    EXPECT_FALSE(has_row(ada));
    EXPECT_TRUE(audit().empty()) << "nothing was begun";
}

TEST_F(AdministrationTest, WhileGithubDoesNotAnswerTheNameIsMadeOfTheId) {
    identity_.refuse(outage());
    ASSERT_TRUE(administration_.mint(terms(), ada.id, "", grace));
    EXPECT_EQ(row_of(ada).github_username, "account-1001");
    EXPECT_EQ(code_of(administration_.mint(terms(), bob.id, "two\nlines", grace)), base::Errc::invalid_input);
    EXPECT_FALSE(has_row(bob));
}

TEST_F(AdministrationTest, WhatComesToNothingIsRecordedAsFailed) {
    store_.hold(ada.id, {std::nullopt, "no"});
    const auto refused = administration_.mint(terms(), ada.id, "ada", grace);
    ASSERT_TRUE(refused);
    EXPECT_EQ(refused->status, KeyOutcome::on_hold);
    EXPECT_EQ(audit(), (Entries{"key.mint begun", "key.mint failed"}));
}

TEST_F(AdministrationTest, AChangeIsStoredAndToldUpstream) {
    const auto grant = issue(ada);
    const auto off = administration_.change(grant.id, {true, base::MicroUsd{9'005'000}}, "too much", grace);
    ASSERT_TRUE(off) << off.error().detail;
    EXPECT_TRUE(off->is_disabled);
    EXPECT_EQ(off->unsynced, "");
    EXPECT_TRUE(provider_.live_keys()[0].is_disabled);
    EXPECT_EQ(provider_.live_keys()[0].limit->value, 9'005'000);
    EXPECT_EQ(row_of(ada).unsynced, "");
    EXPECT_EQ(audit(), (Entries{"key.change begun", "key.change done"}));
    EXPECT_EQ(audit_.read(0, 10)->at(0).entry.detail, "switch off, cap $9.005 a day: too much");
    ASSERT_TRUE(administration_.change(grant.id, {false, std::nullopt}, "", grace));
    EXPECT_FALSE(provider_.live_keys()[0].is_disabled);
}

TEST_F(AdministrationTest, WhatMakesNoSenseIsNotBegun) {
    const auto grant = issue(ada);
    EXPECT_EQ(code_of(administration_.change(grant.id, {}, "", grace)), base::Errc::invalid_input);
    EXPECT_EQ(code_of(administration_.change(base::random_uuid(), {true, {}}, "", grace)), base::Errc::not_found);
    EXPECT_EQ(code_of(administration_.reveal(grant.id, "", grace)), base::Errc::invalid_input);
    EXPECT_EQ(code_of(administration_.reveal(base::random_uuid(), "a test", grace)), base::Errc::not_found);
    EXPECT_EQ(code_of(administration_.set_hold(ada.id, Hold{std::nullopt, ""}, grace)), base::Errc::invalid_input);
    EXPECT_TRUE(audit().empty());
    EXPECT_EQ(code_of(administration_.change(reserve(bob).id, {true, {}}, "", grace)), base::Errc::conflict);
    EXPECT_EQ(audit(), (Entries{"key.change begun", "key.change failed"}));
}

TEST_F(AdministrationTest, WhileUpstreamDoesNotAnswerAChangeIsStoredAndToldLater) {
    const auto grant = issue(ada);
    provider_.refuse(grant.delete_handle, outage());
    EXPECT_EQ(code_of(administration_.change(grant.id, {true, {}}, "leaked", grace)), base::Errc::upstream_down);
    EXPECT_TRUE(row_of(ada).is_disabled);
    EXPECT_NE(row_of(ada).unsynced, "");
    EXPECT_EQ(audit(), (Entries{"key.change begun", "key.change failed"}));
    provider_.refuse(grant.delete_handle, std::nullopt);
    EXPECT_EQ(recovery_.finish(call_timeout, {}).synchronized, 1);
    EXPECT_TRUE(provider_.live_keys()[0].is_disabled);
}

TEST_F(AdministrationTest, ALookAtTheRawKeyIsRecordedAndToldToItsOwner) {
    const std::string raw = issuance_.issue(terms(), ada).raw_key.reveal();
    const auto seen = administration_.reveal(row_of(ada).id, "a test", grace);
    ASSERT_TRUE(seen) << seen.error().detail;
    EXPECT_EQ(seen->reveal(), raw);
    ASSERT_TRUE(row_of(ada).reveal);
    EXPECT_EQ(row_of(ada).reveal->reason, "a test");
    EXPECT_EQ(row_of(ada).reveal->at, clock_.now());
    EXPECT_EQ(audit(), (Entries{"key.reveal begun", "key.reveal done"}));
    const auto entries = audit_.read(0, 10).value();
    for (const ChainedEntry& each : entries)
        EXPECT_EQ(each.entry.detail.find(raw), std::string::npos) << "and never the key";
}

TEST_F(AdministrationTest, AKeyThatCannotBeOpenedWasNotSeen) {
    issue(ada);
    const base::Sealer other(base::Secret(std::string(32, 'x')), "raw keys");
    KeyParts changed(needs(other));
    EXPECT_EQ(code_of(changed.administration.reveal(row_of(ada).id, "a test", grace)), base::Errc::misconfigured);
    EXPECT_FALSE(row_of(ada).reveal);
    EXPECT_EQ(audit(), (Entries{"key.reveal begun", "key.reveal failed"}));
    ASSERT_TRUE(store_.begin_revocations({row_of(ada).id}, ending()));
    EXPECT_EQ(code_of(administration_.reveal(row_of(ada).id, "a test", grace)), base::Errc::not_found)
        << "one that is being revoked is shown to nobody";
}

TEST_F(AdministrationTest, AHoldIsSetAndLifted) {
    ASSERT_TRUE(administration_.set_hold(ada.id, Hold{std::nullopt, "cool off"}, grace));
    EXPECT_EQ(issuance_.issue(terms(), ada).status, KeyOutcome::on_hold);
    ASSERT_TRUE(administration_.set_hold(ada.id, std::nullopt, grace));
    EXPECT_EQ(issuance_.issue(terms(), ada).status, KeyOutcome::created);
    EXPECT_EQ(audit(), (Entries{"hold.set begun", "hold.set done", "hold.lift begun", "hold.lift done"}));
}

}  // namespace
}  // namespace llmapikey
