// What every TokenStore promises, asked of both databases by what uses it.
#include <gtest/gtest.h>

#include <set>

#include "support/stores_under_test.hpp"
#include "tokens/store_tokens.hpp"

namespace llmapikey::test {
namespace {

class TokenStoreContract : public StoresUnderTest {};

TEST_P(TokenStoreContract, ATokenIsFoundByItsHashUntilItIsRevoked) {
    SqlTokenStore store(sql_);
    ApiTokens tokens(store, *audit_, clock_);
    const Initiator by{"github:1003", "127.0.0.1"};
    const auto created = tokens.create({1003}, "ci", {Scope::read, Scope::reveal}, 30, by);
    ASSERT_TRUE(created) << created.error().detail;
    const std::string text = created->text.reveal();
    EXPECT_TRUE(text.starts_with("llmk_"));
    const auto found = tokens.find(text);
    ASSERT_TRUE(found && *found) << "it is good";
    EXPECT_EQ((*found)->owner.value, 1003);
    EXPECT_EQ((*found)->scopes, (std::set<Scope>{Scope::read, Scope::reveal}));
    EXPECT_EQ(store.list({1003}).value().at(0).used_at, clock_.now());
    EXPECT_TRUE(store.list({1}).value().empty());
    EXPECT_FALSE(tokens.find(text + "x").value());
    EXPECT_FALSE(tokens.find("llmk_").value());
    EXPECT_EQ(tokens.revoke({1}, created->token.id, by).error().code, base::Errc::not_found) << "not theirs";
    ASSERT_TRUE(tokens.revoke({1003}, created->token.id, by));
    EXPECT_FALSE(tokens.find(text).value());
    const auto brief = tokens.create({1003}, "brief", {Scope::write}, 1, by);
    clock_.advance(std::chrono::hours{24});
    EXPECT_FALSE(tokens.find(brief->text.reveal()).value()) << "expired";
    EXPECT_EQ(tokens.create({1003}, "", {Scope::read}, 1, by).error().code, base::Errc::invalid_input);
    EXPECT_EQ(tokens.create({1003}, "x", {}, 1, by).error().code, base::Errc::invalid_input);
    EXPECT_EQ(tokens.create({1003}, "x", {Scope::read}, 367, by).error().code, base::Errc::invalid_input);
}

INSTANTIATE_TEST_SUITE_P(Stores, TokenStoreContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
