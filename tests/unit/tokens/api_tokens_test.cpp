#include "tokens/api_tokens.hpp"

#include <gtest/gtest.h>

#include <map>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"

namespace llmapikey::test {
namespace {

class MemoryTokenStore final : public TokenStore {
public:
    base::Result<void> insert(const ApiToken& token, const std::string& hash) override {
        if (is_away) return base::fail(base::Errc::store_unavailable, "away");
        tokens[hash] = token;
        return {};
    }
    base::Result<std::optional<ApiToken>> find_by_hash(const std::string& hash) override {
        if (is_away) return base::fail(base::Errc::store_unavailable, "away");
        const auto found = tokens.find(hash);
        return found == tokens.end() ? std::nullopt : std::optional(found->second);
    }
    base::Result<std::vector<ApiToken>> list(GithubUserId) override { return std::vector<ApiToken>{}; }
    base::Result<void> revoke(GithubUserId owner, const std::string& id, base::Timestamp now) override {
        for (auto& [hash, token] : tokens) {
            if (token.id != id || token.owner != owner || token.revoked_at) continue;
            token.revoked_at = now;
            return {};
        }
        return base::fail(base::Errc::not_found, "no such token");
    }
    base::Result<void> note_use(const std::string& id, base::Timestamp now) override {
        ++uses_noted;
        for (auto& [hash, token] : tokens)
            if (token.id == id) token.used_at = now;
        return {};
    }

    std::map<std::string, ApiToken> tokens;  // by hash
    int uses_noted = 0;
    bool is_away = false;
};

class ApiTokensTest : public testing::Test {
protected:
    NewToken create(std::int64_t days = 30) {
        const auto created = tokens_.create({1003}, "ci", {Scope::read}, days, by_);
        EXPECT_TRUE(created) << created.error().detail;
        return *created;
    }
    std::string outcomes() {
        std::string all;
        const auto entries = audit_.read(0, 100).value();
        for (const ChainedEntry& each : entries)
            all += each.entry.action + " " + each.entry.outcome + "; ";
        return all;
    }

    const Initiator by_{"github:1003", "127.0.0.1"};
    ManualClock clock_;
    MemoryTokenStore store_;
    MemoryAuditLog audit_;
    ApiTokens tokens_{store_, audit_, clock_};
};

TEST_F(ApiTokensTest, OnlyTheHashOfATokenIsKept) {
    const NewToken created = create();
    const std::string& text = created.text.reveal();
    EXPECT_TRUE(text.starts_with(ApiTokens::prefix));
    EXPECT_GE(text.size(), 40u);
    EXPECT_EQ(created.token.hint, text.substr(text.size() - 4));
    ASSERT_EQ(store_.tokens.size(), 1u);
    EXPECT_EQ(store_.tokens.begin()->first, base::to_hex(base::sha256(text)));
    EXPECT_EQ(created.token.expires_at, clock_.now() + std::chrono::days{30});
    EXPECT_NE(create().text.reveal(), text);
}

TEST_F(ApiTokensTest, TheAuditLogHoldsWhoMadeItAndNotWhatItIs) {
    const NewToken created = create();
    EXPECT_EQ(outcomes(), "token.create begun; token.create done; ");
    const auto entries = audit_.read(0, 100).value();
    for (const ChainedEntry& each : entries) {
        EXPECT_EQ(each.entry.actor, "github:1003");
        EXPECT_EQ(each.entry.subject, "token:" + created.token.id);
        EXPECT_EQ(canonical_text(each.entry).find(created.text.reveal()), std::string::npos);
    }
}

TEST_F(ApiTokensTest, WhatMakesNoSenseIsRefusedAndRecordedNowhere) {
    for (const std::int64_t days : {-1, 0, 367})
        EXPECT_EQ(tokens_.create({1003}, "ci", {Scope::read}, days, by_).error().code, base::Errc::invalid_input);
    EXPECT_EQ(tokens_.create({1003}, "ci", {}, 30, by_).error().code, base::Errc::invalid_input);
    EXPECT_EQ(tokens_.create({1003}, "  ", {Scope::read}, 30, by_).error().code, base::Errc::invalid_input);
    EXPECT_TRUE(store_.tokens.empty());
    EXPECT_EQ(outcomes(), "");
    EXPECT_TRUE(tokens_.create({1003}, "ci", {Scope::read}, 1, by_));
    EXPECT_TRUE(tokens_.create({1003}, "ci", {Scope::read}, 366, by_));
}

TEST_F(ApiTokensTest, AStoreThatIsAwayIsRecordedAsAFailure) {
    store_.is_away = true;
    EXPECT_EQ(tokens_.create({1003}, "ci", {Scope::read}, 30, by_).error().code, base::Errc::store_unavailable);
    EXPECT_EQ(outcomes(), "token.create begun; token.create failed; ");
    EXPECT_EQ(tokens_.find("llmk_x").error().code, base::Errc::store_unavailable) << "not: no such token";
}

TEST_F(ApiTokensTest, WhatIsNoTokenOfOursIsNotEvenLookedUp) {
    store_.is_away = true;
    for (const char* text : {"", "x", "ghp_abc", "LLMK_abc", " llmk_abc"})
        EXPECT_FALSE(tokens_.find(text).value()) << text;
}

TEST_F(ApiTokensTest, ATokenIsGoodUntilItExpiresOrIsRevoked) {
    const NewToken created = create(1);
    clock_.advance(std::chrono::hours{24} - base::Seconds{1});
    EXPECT_TRUE(tokens_.find(created.text.reveal()).value());
    clock_.advance(base::Seconds{1});
    EXPECT_FALSE(tokens_.find(created.text.reveal()).value());
    const NewToken next = create();
    EXPECT_EQ(tokens_.revoke({1}, next.token.id, by_).error().code, base::Errc::not_found) << "not theirs";
    EXPECT_TRUE(tokens_.find(next.text.reveal()).value());
    EXPECT_TRUE(tokens_.revoke({1003}, next.token.id, by_));
    EXPECT_FALSE(tokens_.find(next.text.reveal()).value());
    EXPECT_EQ(tokens_.revoke({1003}, next.token.id, by_).error().code, base::Errc::not_found);
}

TEST_F(ApiTokensTest, AVainRevocationIsRecordedToo) {
    const NewToken created = create();
    EXPECT_FALSE(tokens_.revoke({1}, created.token.id, by_));
    EXPECT_EQ(outcomes(), "token.create begun; token.create done; token.revoke begun; token.revoke failed; ");
    EXPECT_EQ(tokens_.create({1003}, std::string(81, 'x'), {Scope::read}, 30, by_).error().code,
              base::Errc::invalid_input);
}

TEST_F(ApiTokensTest, AUseIsNotedOnceAMinute) {
    const NewToken created = create();
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(tokens_.find(created.text.reveal()).value());
    EXPECT_EQ(store_.uses_noted, 1);
    clock_.advance(base::Seconds{59});
    EXPECT_TRUE(tokens_.find(created.text.reveal()).value());
    EXPECT_EQ(store_.uses_noted, 1);
    clock_.advance(base::Seconds{1});
    EXPECT_TRUE(tokens_.find(created.text.reveal()).value());
    EXPECT_EQ(store_.uses_noted, 2);
}

TEST_F(ApiTokensTest, ATokenIsShownAgainToItsOwnerWhileItIsGood) {
    const NewToken created = create();
    EXPECT_FALSE(tokens_.may_show_again({1}, created.text, by_).value());
    EXPECT_FALSE(tokens_.may_show_again({1003}, base::Secret("llmk_other"), by_).value());
    EXPECT_EQ(outcomes(), "token.create begun; token.create done; ") << "what is refused is no showing";
    EXPECT_TRUE(tokens_.may_show_again({1003}, created.text, by_).value());
    EXPECT_NE(outcomes().find("token.reveal done"), std::string::npos);
    ASSERT_TRUE(tokens_.revoke({1003}, created.token.id, by_));
    EXPECT_FALSE(tokens_.may_show_again({1003}, created.text, by_).value());
}

TEST(ScopeTest, RoundTripsItsText) {
    for (const Scope scope : {Scope::read, Scope::write, Scope::reveal})
        EXPECT_EQ(parse_scope(to_text(scope)), scope);
    for (const char* text : {"", "READ", "admin", "read,write"})
        EXPECT_FALSE(parse_scope(text)) << text;
}

}  // namespace
}  // namespace llmapikey::test
