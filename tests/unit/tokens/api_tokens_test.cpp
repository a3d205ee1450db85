#include "tokens/api_tokens.hpp"

#include <gtest/gtest.h>

#include <map>

#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"

namespace llmapikey {
namespace {

// In memory, with failures on demand.
class MemoryTokenStore final : public TokenStore {
public:
    base::Result<void> insert(const ApiToken& token, const std::string& hash) override {
        if (is_away) return base::fail(base::Errc::store_unavailable, "gone");
        tokens[hash] = token;
        return {};
    }
    base::Result<std::optional<ApiToken>> find_by_hash(const std::string& hash) override {
        ++looks;
        if (is_away) return base::fail(base::Errc::store_unavailable, "gone");
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
        ++noted;
        for (auto& [hash, token] : tokens)
            if (token.id == id) token.used_at = now;
        return {};
    }

    std::map<std::string, ApiToken> tokens;  // by hash
    bool is_away = false;
    int looks = 0, noted = 0;
};

class ApiTokensTest : public testing::Test {
protected:
    NewToken create(std::int64_t days = 30) {
        const auto created = tokens_.create(grace, " ci ", {Scope::read}, days, by);
        EXPECT_TRUE(created) << created.error().detail;
        return *created;
    }
    std::vector<std::string> audit() {
        std::vector<std::string> entries;
        const auto all = audit_.read(0, 100).value();
        for (const ChainedEntry& each : all)
            entries.push_back(each.entry.action + " " + each.entry.outcome);
        return entries;
    }

    static constexpr GithubUserId grace{1003};
    static inline const Initiator by{"github:1003", "127.0.0.1"};
    test::ManualClock clock_;
    test::MemoryAuditLog audit_;
    MemoryTokenStore store_;
    ApiTokens tokens_{store_, audit_, clock_};
};

TEST_F(ApiTokensTest, TheTextIsKeptNowhere) {
    const auto created = create();
    const std::string text = created.text.reveal();
    EXPECT_TRUE(text.starts_with(ApiTokens::prefix));
    EXPECT_GE(text.size(), 40u);
    EXPECT_EQ(created.token.hint, text.substr(text.size() - 4));
    EXPECT_EQ(created.token.name, "ci");
    ASSERT_EQ(store_.tokens.size(), 1u);
    EXPECT_EQ(store_.tokens.begin()->first.find(text), std::string::npos) << "a hash of it is";
    EXPECT_EQ(store_.tokens.begin()->first.find(text.substr(5)), std::string::npos);
    const auto entries = audit_.read(0, 100).value();
    for (const ChainedEntry& each : entries)
        EXPECT_EQ(each.entry.detail.find(text.substr(5)), std::string::npos);
    EXPECT_EQ(audit(), (std::vector<std::string>{"token.create begun", "token.create done"}));
    EXPECT_NE(create().text.reveal(), text);
}

TEST_F(ApiTokensTest, ATokenIsGoodFromItsBeginningToItsEnd) {
    const std::string text = create(1).text.reveal();
    ASSERT_TRUE(tokens_.find(text).value());
    clock_.advance(std::chrono::hours{24} - base::Seconds{1});
    EXPECT_TRUE(tokens_.find(text).value());
    clock_.advance(base::Seconds{1});
    EXPECT_FALSE(tokens_.find(text).value());
}

TEST_F(ApiTokensTest, WhatCannotBeATokenIsNotLookedFor) {
    for (const char* text : {"", "x", "LLMK_x", "sk-or-v1-x"})
        EXPECT_FALSE(tokens_.find(text).value()) << text;
    EXPECT_EQ(store_.looks, 0);
    EXPECT_FALSE(tokens_.find("llmk_").value());
}

TEST_F(ApiTokensTest, ItsUseIsNotedOnceAMinute) {
    const std::string text = create().text.reveal();
    for (int times = 0; times < 3; ++times)
        ASSERT_TRUE(tokens_.find(text).value());
    EXPECT_EQ(store_.noted, 1);
    clock_.advance(base::Seconds{60});
    ASSERT_TRUE(tokens_.find(text).value());
    EXPECT_EQ(store_.noted, 2);
    EXPECT_EQ(store_.tokens.begin()->second.used_at, clock_.now());
}

TEST_F(ApiTokensTest, OnlyItsOwnerRevokesIt) {
    const auto created = create();
    EXPECT_EQ(tokens_.revoke({1}, created.token.id, by).error().code, base::Errc::not_found);
    EXPECT_TRUE(tokens_.find(created.text.reveal()).value());
    ASSERT_TRUE(tokens_.revoke(grace, created.token.id, by));
    EXPECT_FALSE(tokens_.find(created.text.reveal()).value());
    EXPECT_EQ(audit().back(), "token.revoke done");
    EXPECT_EQ(audit()[3], "token.revoke failed") << "and the vain attempt is recorded, too";
}

TEST_F(ApiTokensTest, ItIsShownAgainOnlyWhileItIsGoodAndToItsOwner) {
    const auto created = create(1);
    EXPECT_TRUE(tokens_.may_show_again(grace, created.text, by).value());
    EXPECT_EQ(audit().back(), "token.reveal done");
    const auto recorded = audit().size();
    EXPECT_FALSE(tokens_.may_show_again({1}, created.text, by).value());
    EXPECT_FALSE(tokens_.may_show_again(grace, base::Secret("llmk_x"), by).value());
    clock_.advance(std::chrono::hours{24});
    EXPECT_FALSE(tokens_.may_show_again(grace, created.text, by).value());
    EXPECT_EQ(audit().size(), recorded);
}

TEST_F(ApiTokensTest, WhatMakesNoSenseIsRefusedBeforeItIsRecorded) {
    const auto code = [&](const std::string& name, const std::set<Scope>& scopes, std::int64_t days) {
        const auto created = tokens_.create(grace, name, scopes, days, by);
        return created ? std::nullopt : std::optional(created.error().code);
    };
    const std::set<Scope> read{Scope::read};
    EXPECT_EQ(code("", read, 1), base::Errc::invalid_input);
    EXPECT_EQ(code(std::string(81, 'x'), read, 1), base::Errc::invalid_input);
    EXPECT_EQ(code("x", {}, 1), base::Errc::invalid_input);
    for (const std::int64_t days : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{367}})
        EXPECT_EQ(code("x", read, days), base::Errc::invalid_input) << days;
    EXPECT_EQ(code("x", read, ApiTokens::max_days), std::nullopt);
    EXPECT_EQ(audit().size(), 2u);
}

TEST_F(ApiTokensTest, WhileTheDatabaseIsAwayATokenIsNeitherGoodNorBad) {
    const std::string text = create().text.reveal();
    store_.is_away = true;
    const auto unknown = tokens_.find(text);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, base::Errc::store_unavailable);
    EXPECT_FALSE(tokens_.create(grace, "x", {Scope::read}, 1, by));
    EXPECT_EQ(audit().back(), "token.create failed");
}

}  // namespace
}  // namespace llmapikey
