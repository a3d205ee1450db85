// The JSON API of API tokens: who may use it, and what it refuses.
#include "tokens/token_routes.hpp"

#include <gtest/gtest.h>

#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class TokenRoutesTest : public test::SiteFixture {
protected:
    static constexpr const char* path = "/api/v1/tokens";
    test::Sender owner() { return {.session = session_of(grace), .accept = "application/json"}; }
    test::SiteAnswer create(const std::string& json) { return post_json(path, json, owner()); }
    test::SiteAnswer revoke(const std::string& id) {
        return send("DELETE", std::string(path) + "/" + id,
                    {{"Cookie", std::string(session_cookie_name) + "=" + session_of(grace)},
                     {"Accept", "application/json"},
                     {"Sec-Fetch-Site", "same-origin"}},
                    "");
    }
};

TEST_F(TokenRoutesTest, ATokenIsShownOnceAndWorksUntilItIsRevoked) {
    const auto made = create(R"({"name":"ci","scopes":["read"],"expires_in_days":7})");
    ASSERT_EQ(made.status, 201) << made.body;
    EXPECT_EQ(made.header("Cache-Control"), "no-store");
    const std::string text = made.json_text("token");
    ASSERT_FALSE(text.empty());
    const test::Sender bearer{.bearer = text, .site = "", .accept = "application/json"};
    EXPECT_EQ(get("/api/v1/overview", bearer).status, 200);
    EXPECT_FALSE(get(path, owner()).has(text)) << "the list shows a hint only";
    const auto revoked = revoke(made.json_text("id"));
    EXPECT_EQ(revoked.status, 200) << revoked.body;
    EXPECT_EQ(revoked.json_text("status"), "revoked");
    EXPECT_EQ(get("/api/v1/overview", bearer).status, 401);
    EXPECT_EQ(revoke(made.json_text("id")).status, 404) << "it is gone";
}

TEST_F(TokenRoutesTest, WhatMakesNoSenseIsRefusedWithWhatToSend) {
    const auto expect_refused = [this](const std::string& json, const char* words) {
        const auto refused = create(json);
        EXPECT_EQ(refused.status, 400) << json << refused.body;
        EXPECT_TRUE(refused.has(words)) << refused.body;
    };
    expect_refused(R"({"name":"ci","scopes":["all"],"expires_in_days":7})", "read, write and reveal");
    expect_refused(R"({"name":"ci","scopes":[],"expires_in_days":7})", "needs a scope");
    expect_refused(R"({"name":"ci","scopes":["read"]})", "1 to 366 days");
    expect_refused(R"({"name":"ci","scopes":["read"],"expires_in_days":367})", "1 to 366 days");
    expect_refused(R"({"name":"","scopes":["read"],"expires_in_days":7})", "Name is empty");
    EXPECT_EQ(create("{").status, 400);
}

TEST_F(TokenRoutesTest, ATokenMakesNoFurtherToken) {
    const std::string json = R"({"name":"more","scopes":["read"],"expires_in_days":7})";
    for (const std::set<Scope>& scopes : {std::set{Scope::read}, std::set{Scope::read, Scope::write, Scope::reveal}})
        EXPECT_EQ(post_json(path, json, program_with(scopes)).status, 403);
    EXPECT_EQ(post_json(path, json, {.session = session_of(ada), .accept = "application/json"}).status, 404)
        << "to somebody who is no admin there is no such address";
}

}  // namespace
}  // namespace llmapikey
