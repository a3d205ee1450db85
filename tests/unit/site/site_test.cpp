// What a request passes before a handler sees it: who may, by which token, and what nobody may know
// of.
#include "site/site.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "app/route_list.hpp"
#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class SiteTest : public test::SiteFixture {
protected:
    // All of an answer that does not differ from one request to the next.
    static std::string text_of(test::SiteAnswer answer, const std::string& path) {
        std::string text = std::to_string(answer.status) + "\n";
        const std::string id = answer.header("X-Request-Id");
        for (const auto& [name, value] : answer.headers)
            text += name + ": " + (name == "X-Request-Id" ? "ID" : value) + "\n";
        text += answer.body;
        for (const auto& [what, word] : {std::pair(id, std::string("ID")), std::pair(path, std::string("PATH"))})
            for (std::size_t at; !what.empty() && (at = text.find(what)) != std::string::npos;)
                text.replace(at, what.size(), word);
        return text;
    }
    static std::string with_id(std::string_view pattern) {
        std::string path(pattern);
        if (const auto at = path.find("{id}"); at != std::string::npos) path.replace(at, 4, "1001");
        return path;
    }
};

TEST_F(SiteTest, WhoIsNotSignedInSeesPagesThatLeadToTheSignIn) {
    const auto landing = get("/");
    EXPECT_EQ(landing.status, 200);
    EXPECT_TRUE(landing.header("Content-Type").starts_with("text/html"));
    const auto dashboard = get("/dashboard");
    EXPECT_EQ(dashboard.status, 200);
    EXPECT_TRUE(dashboard.has("/auth/login"));
    const auto api = get("/api/v1/me", {.accept = "application/json"});
    EXPECT_EQ(api.status, 401);
    EXPECT_EQ(api.header("Content-Type"), "application/problem+json");
    EXPECT_NE(api.header("X-Request-Id"), "");
    const auto signed_in = get("/api/v1/me", {.session = session_of(ada), .accept = "application/json"});
    EXPECT_EQ(signed_in.status, 200);
}

TEST_F(SiteTest, ASessionThatIsOverIsNone) {
    const std::string session = session_of(ada);
    clock_.advance(session_lifetime + base::Seconds{61});
    EXPECT_EQ(get("/api/v1/me", {.session = session}).status, 401);
    EXPECT_EQ(get("/api/v1/me", {.session = session + "x"}).status, 401);
}

TEST_F(SiteTest, ToEverybodyButAnAdminTheConsoleIsAnUnknownPath) {
    ASSERT_EQ(get("/admin", {.session = session_of(grace)}).status, 200);
    const std::string unknown = "/no-such";
    for (const char* accept : {"text/html", "application/json"}) {
        const std::string ada_session = session_of(ada);
        for (const std::string& session : {std::string(), ada_session}) {
            const test::Sender sender{.session = session, .accept = accept};
            const std::string expected = text_of(get(unknown, sender), unknown);
            ASSERT_TRUE(expected.starts_with("404\n")) << expected;
            for (const app::RouteRow& row : app::list_routes()) {
                if (row.who != "admin" || row.path.starts_with("/api/")) continue;
                const std::string path = with_id(row.path);
                EXPECT_EQ(text_of(get(path, sender), path), expected) << path;
                EXPECT_EQ(text_of(get(path + "/", sender), path + "/"), expected) << path;
                if (row.method == "GET") continue;
                EXPECT_EQ(text_of(post_form(path, {}, sender), path), text_of(post_form(unknown, {}, sender), unknown))
                    << path;
            }
        }
    }
}

TEST_F(SiteTest, TheApiOfAdminsIsAnUnknownPathInPersonToo) {
    const std::string unknown = "/api/v1/no-such";
    const test::Sender sender{.session = session_of(ada), .accept = "application/json"};
    const std::string expected = text_of(get(unknown, sender), unknown);
    ASSERT_TRUE(expected.starts_with("404\n"));
    int paths = 0;
    for (const app::RouteRow& row : app::list_routes()) {
        if (row.who != "admin" || !row.path.starts_with("/api/")) continue;
        const std::string path = with_id(row.path);
        EXPECT_EQ(text_of(get(path, sender), path), expected) << path;
        ++paths;
    }
    EXPECT_GT(paths, 10);
    EXPECT_EQ(get("/api/v1/keys", {.session = session_of(grace)}).status, 200);
}

TEST_F(SiteTest, AnApiTokenDoesWhatItsScopesSayAndNothingElse) {
    const auto with = [](const std::string& token) {
        return test::Sender{.bearer = token, .site = "", .accept = "application/json"};
    };
    const std::string reader = token_with({Scope::read}), writer = token_with({Scope::write});
    EXPECT_EQ(get("/api/v1/keys", with(reader)).status, 200);
    const auto too_little = get("/api/v1/keys", with(writer));
    EXPECT_EQ(too_little.status, 403);
    EXPECT_EQ(too_little.header("Content-Type"), "application/problem+json");
    const std::string mint = R"({"github_user_id": 1001})";
    EXPECT_EQ(post_json("/api/v1/keys", mint, with(reader)).status, 403);
    EXPECT_EQ(provider_.mint_calls(), 0);
    const auto minted = post_json("/api/v1/keys", mint, with(writer));
    EXPECT_TRUE(minted.status == 200 || minted.status == 201) << minted.status << " " << minted.body;
    EXPECT_EQ(provider_.mint_calls(), 1);
    EXPECT_EQ(post_json("/api/v1/keys/" + row_of(ada).id + "/reveal", R"({"reason": "a test"})", with(writer)).status,
              403);
    EXPECT_EQ(get("/api/v1/me", with(reader)).status, 403) << "one's own key is for persons";
    EXPECT_EQ(get("/api/v1/tokens", with(reader)).status, 403) << "no token makes tokens";
    EXPECT_EQ(get("/api/v1/no-such", with(reader)).status, 404);
}

TEST_F(SiteTest, ATokenThatIsNoneIs401WhateverThePath) {
    const std::string good = token_with({Scope::read});
    const std::string session = session_of(grace);
    for (const std::string& token : {std::string("llmk_x"), good + "x", std::string("x")}) {
        for (const char* path : {"/api/v1/keys", "/api/v1/me", "/api/v1/no-such"}) {
            const auto answer = get(path, {.bearer = token, .accept = "application/json"});
            EXPECT_EQ(answer.status, 401) << path;
            EXPECT_EQ(answer.header("WWW-Authenticate"), "Bearer");
        }
        EXPECT_EQ(get("/api/v1/keys", {.session = session, .bearer = token}).status, 401)
            << "the session counts for nothing beside it";
    }
    clock_.advance(std::chrono::days{30});
    EXPECT_EQ(get("/api/v1/keys", {.bearer = good}).status, 401) << "expired";
}

TEST_F(SiteTest, ATokenCountsOnTheJsonApiOnly) {
    const std::string token = token_with({Scope::read, Scope::write});
    EXPECT_EQ(get("/admin", {.bearer = token}).status, 404);
    EXPECT_EQ(post_form("/dashboard/key", {}, {.bearer = token}).status, 401);
}

TEST_F(SiteTest, AWrongMethodIsToldTheRightOnes) {
    const auto answer = get("/dashboard/key", {.session = session_of(ada)});
    EXPECT_EQ(answer.status, 405);
    EXPECT_EQ(answer.header("Allow"), "POST");
}

TEST_F(SiteTest, APathWithASlashTooManyLeadsToTheOneWithout) {
    const auto moved = get("/docs/?a=b");
    EXPECT_EQ(moved.status, 308);
    EXPECT_EQ(moved.header("Location"), "/docs?a=b");
    EXPECT_EQ(get("/admin/", {.session = session_of(grace)}).status, 308);
    EXPECT_EQ(get("/docs//").status, 404);
}

TEST_F(SiteTest, AFieldThatARouteDoesNotTakeIsRefused) {
    const test::Sender sender{.session = session_of(ada), .accept = "application/json"};
    EXPECT_EQ(post_form("/dashboard/key/rotate", {{"kay_id", "x"}}, sender).status, 400);
    EXPECT_EQ(post_json("/api/v1/me/key/rotate", R"({"kay_id": "x"})", sender).status, 400);
    EXPECT_EQ(provider_.mint_calls(), 0);
}

TEST_F(SiteTest, AnAddressThatHoldsAKeyIsNotLookedUp) {
    const std::string key = "sk-or-v1-" + std::string(64, 'a');
    const auto answer = get("/admin?q=" + key, {.session = session_of(grace)});
    EXPECT_EQ(answer.status, 303) << answer.body;
    EXPECT_TRUE(answer.header("Location").starts_with("/admin"));
    EXPECT_EQ(answer.header("Location").find(key), std::string::npos) << "and not repeated";
    EXPECT_FALSE(answer.has(key));
    EXPECT_NE(get("/no-such/" + key).status, 200);
    EXPECT_FALSE(get("/no-such/" + key).has(key));
}

TEST_F(SiteTest, OneIdempotencyKeyIsOneRequest) {
    test::Sender sender{.session = session_of(ada), .accept = "application/json"};
    sender.more = {{"Idempotency-Key", "one"}};
    const auto first = post_json("/api/v1/me/key", "{}", sender);
    ASSERT_TRUE(first.status == 200 || first.status == 201) << first.body;
    const auto again = post_json("/api/v1/me/key", "{}", sender);
    EXPECT_EQ(again.status, first.status);
    EXPECT_EQ(again.body, first.body) << "the very same answer";
    EXPECT_EQ(post_json("/api/v1/me/key/rotate", "{}", sender).status, 422) << "it came with another request";
    ASSERT_EQ(post_form("/dashboard/key/give-back", {}, {.session = sender.session}).status, 303);
    const auto gone = post_json("/api/v1/me/key", "{}", sender);
    EXPECT_EQ(gone.status, 410) << gone.body;
    EXPECT_EQ(provider_.mint_calls(), 1);
}

TEST_F(SiteTest, EveryAnswerHasItsIdAndItsHeaders) {
    for (const char* path : {"/", "/docs", "/dashboard", "/healthz", "/no-such", "/api/v1/me"}) {
        const auto answer = get(path);
        EXPECT_NE(answer.header("X-Request-Id"), "") << path;
        EXPECT_NE(answer.header("Content-Security-Policy"), "") << path;
        EXPECT_NE(answer.header("Strict-Transport-Security"), "") << path;
        EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff") << path;
    }
}

TEST_F(SiteTest, WhatOperatorsAskIsNotToldThroughAProxy) {
    EXPECT_EQ(get("/metrics").status, 200);
    EXPECT_EQ(get("/metrics", {.more = {{"X-Forwarded-For", "198.51.100.1"}}}).status, 404);
}

}  // namespace
}  // namespace llmapikey
