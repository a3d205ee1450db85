// What admins do with one key, by the JSON API and on the console's pages.
#include "keys/key_routes.hpp"

#include <gtest/gtest.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class KeyRoutesTest : public test::SiteFixture {
protected:
    test::Sender api() { return {.session = session_of(grace), .accept = "application/json"}; }
    test::Sender page() { return {.session = session_of(grace)}; }
    std::string issue_to_ada() {
        EXPECT_EQ(issue_key(ada).status, KeyOutcome::created);
        return row_of(ada).id;
    }
    // As a program with an API token.
    test::SiteAnswer by_token(const std::string& method, const std::string& path, const std::string& json = "") {
        if (token_.empty()) token_ = token_with({Scope::read, Scope::write, Scope::reveal});
        return send(method, "/api/v1" + path,
                    {{"Authorization", "Bearer " + token_}, {"Content-Type", "application/json"}}, json);
    }
    static void expect_problem(const test::SiteAnswer& answer, int status) {
        EXPECT_EQ(answer.status, status) << answer.body;
        EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
        EXPECT_NE(answer.json_text("title"), "");
        EXPECT_NE(answer.json_text("detail"), "");
    }

    std::string token_;
    const std::string nobody_ = "/keys/00000000-0000-4000-8000-000000000000";
};

TEST_F(KeyRoutesTest, AMintedKeyIsNotShownToTheAdmin) {
    const auto minted = post_json("/api/v1/keys", R"({"github_user_id": 1001})", api());
    EXPECT_EQ(minted.status, 200) << minted.body;
    EXPECT_EQ(minted.json_text("status"), "created");
    EXPECT_EQ(minted.json_text("key"), "");
    EXPECT_EQ(minted.json_text("hint"), row_of(ada).key_hint);
    EXPECT_EQ(row_of(ada).github_username, "ada");
    EXPECT_EQ(post_json("/api/v1/keys", R"({"github_user_id": "1e3"})", api()).status, 400);
    EXPECT_EQ(post_json("/api/v1/keys", R"({"github_user_id": 77})", api()).status, 404) << "GitHub knows no such";
    const auto for_page = post_form("/admin/keys", {{"github_user_id", "1001"}}, page());
    EXPECT_EQ(for_page.status, 303);
    EXPECT_TRUE(for_page.header("Location").starts_with("/admin/people/1001")) << for_page.header("Location");
}

TEST_F(KeyRoutesTest, AKeyIsShownWithoutItsSecret) {
    const std::string id = issue_to_ada();
    const std::string raw = issue_key(ada).raw_key.reveal();
    const auto shown = get("/api/v1/keys/" + id, api());
    EXPECT_EQ(shown.status, 200);
    EXPECT_FALSE(shown.has(raw));
    EXPECT_FALSE(shown.has(row_of(ada).sealed_key));
    EXPECT_FALSE(get("/admin/people/1001", page()).has(raw));
    EXPECT_EQ(get("/api/v1/keys/" + base::random_uuid(), api()).status, 404);
    EXPECT_EQ(get("/api/v1/keys/no-uuid", api()).status, 404);
}

TEST_F(KeyRoutesTest, ARevocationNeedsAReasonAndMayHoldTheAccount) {
    const std::string id = issue_to_ada();
    EXPECT_EQ(post_json("/api/v1/keys/" + id + "/revoke", "{}", api()).status, 400);
    EXPECT_EQ(post_json("/api/v1/keys/" + id + "/revoke", R"({"reason": "x", "hold": "soon"})", api()).status, 400);
    EXPECT_EQ(provider_.live_keys().size(), 1u);
    const auto revoked = post_json("/api/v1/keys/" + id + "/revoke", R"({"reason": "leaked", "hold": "24h"})", api());
    EXPECT_EQ(revoked.status, 200) << revoked.body;
    EXPECT_EQ(revoked.json_text("github_user_id"), "1001");
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(store_.find_account({ada.id})->hold->until, clock_.now() + std::chrono::hours{24});
    EXPECT_EQ(post_json("/api/v1/keys/" + id + "/revoke", R"({"reason": "leaked"})", api()).status, 404);
    const auto own = get("/dashboard", {.session = session_of(ada)});
    EXPECT_TRUE(own.has("leaked")) << "its owner reads why";
}

TEST_F(KeyRoutesTest, WhileUpstreamDoesNotAnswerTheDecisionIsStored) {
    const std::string id = issue_to_ada();
    provider_.refuse(row_of(ada).delete_handle, base::Error{base::Errc::upstream_down, "no answer", {}});
    const auto revoked = post_json("/api/v1/keys/" + id + "/revoke", R"({"reason": "leaked"})", api());
    EXPECT_GE(revoked.status, 500);
    EXPECT_EQ(row_of(ada).status, GrantStatus::revoking);
}

TEST_F(KeyRoutesTest, AKeyIsSwitchedOffAndItsCapChanged) {
    const std::string id = issue_to_ada();
    const auto change = [&](const std::string& json, const test::Sender& sender) {
        std::vector<net::Header> headers{{"Content-Type", "application/json"},
                                         {"Sec-Fetch-Site", sender.site},
                                         {"Cookie", std::string(session_cookie_name) + "=" + sender.session},
                                         {"Accept", sender.accept}};
        return send("PATCH", "/api/v1/keys/" + id, std::move(headers), json);
    };
    const auto off = change(R"({"disabled": true, "daily_limit_usd": 4.5})", api());
    EXPECT_EQ(off.status, 200) << off.body;
    EXPECT_TRUE(provider_.live_keys()[0].is_disabled);
    EXPECT_EQ(provider_.live_keys()[0].limit->value, 4'500'000);
    EXPECT_EQ(change("{}", api()).status, 400) << "there is nothing to change";
    EXPECT_EQ(change(R"({"disabled": "perhaps"})", api()).status, 400);
    auto foreign = api();
    foreign.site = "cross-site";
    EXPECT_EQ(change(R"({"disabled": false})", foreign).status, 403);
    EXPECT_TRUE(row_of(ada).is_disabled);
    const auto for_page = post_form("/admin/keys/" + id + "/change", {{"disabled", "false"}}, page());
    EXPECT_EQ(for_page.status, 303);
    EXPECT_FALSE(row_of(ada).is_disabled);
}

TEST_F(KeyRoutesTest, ALookAtARawKeyNeedsAReasonAndIsTold) {
    const std::string id = issue_to_ada();
    const std::string raw = issue_key(ada).raw_key.reveal();
    EXPECT_EQ(post_json("/api/v1/keys/" + id + "/reveal", R"({"reason": " "})", api()).status, 400);
    const auto seen = post_json("/api/v1/keys/" + id + "/reveal", R"({"reason": "a test"})", api());
    EXPECT_EQ(seen.status, 200) << seen.body;
    EXPECT_EQ(seen.json_text("key"), raw);
    EXPECT_EQ(seen.header("Cache-Control"), "no-store");
    EXPECT_TRUE(get("/dashboard", {.session = session_of(ada)}).has("a test"));
    const auto for_page = post_form("/admin/keys/" + id + "/reveal", {{"reason", "another test"}}, page());
    EXPECT_EQ(for_page.status, 200);
    EXPECT_TRUE(for_page.has(raw));
    EXPECT_EQ(row_of(ada).reveal->reason, "another test");
}

TEST_F(KeyRoutesTest, WhoIsNoAdminDoesNothingOfIt) {
    const std::string id = issue_to_ada();
    const test::Sender sender{.session = session_of(ada)};
    for (const char* what : {"revoke", "reveal", "change"}) {
        EXPECT_EQ(post_form("/admin/keys/" + id + "/" + what, {{"reason", "x"}}, sender).status, 404) << what;
        EXPECT_EQ(post_json("/api/v1/keys/" + id + "/" + what, R"({"reason": "x"})", sender).status, 404) << what;
    }
    EXPECT_EQ(row_of(ada).status, GrantStatus::active);
    EXPECT_FALSE(row_of(ada).reveal);
}

TEST_F(KeyRoutesTest, AHoldIsLiftedOnThePageOfTheAccount) {
    store_.hold(ada.id, {std::nullopt, "cool off"});
    EXPECT_TRUE(get("/admin/people/1001", page()).has("cool off"));
    EXPECT_EQ(post_form("/admin/people/1001/lift", {}, page()).status, 303);
    EXPECT_FALSE(store_.find_account({ada.id})->hold);
    EXPECT_EQ(get("/admin/people/x", page()).status, 404);
}

TEST_F(KeyRoutesTest, WhatIsNotThereIsAProblem) {
    expect_problem(by_token("GET", nobody_), 404);
    expect_problem(by_token("GET", "/keys/not-an-id"), 404);
    expect_problem(by_token("PATCH", nobody_, R"({"disabled": true})"), 404);
    expect_problem(by_token("POST", nobody_ + "/revoke", R"({"reason": "x"})"), 404);
    expect_problem(by_token("POST", nobody_ + "/reveal", R"({"reason": "x"})"), 404);
    for (const char* id : {"0", "ada", "99999999999999999999"})
        expect_problem(by_token("GET", "/accounts/" + std::string(id)), 404);
}

TEST_F(KeyRoutesTest, KeysAreListedUnlessTheQuestionMakesNoSense) {
    issue_to_ada();
    const Grant grant = row_of(ada);
    const auto listed = by_token("GET", "/keys?state=active&limit=10");
    ASSERT_EQ(listed.status, 200) << listed.body;
    const auto body = listed.json();
    const auto& keys = body.as_object().at("keys").as_array();
    ASSERT_EQ(keys.size(), 1u);
    EXPECT_EQ(keys[0].as_object().at("id").as_string(), grant.id);
    for (const char* query : {"state=what", "limit=0", "limit=1001", "limit=ten", "sort=best", "from=yesterday"})
        expect_problem(by_token("GET", "/keys?" + std::string(query)), 400);
    expect_problem(by_token("GET", "/keys?stat=active"), 400);
}

TEST_F(KeyRoutesTest, AKeyThatCannotBeMadeSaysWhy) {
    expect_problem(by_token("POST", "/keys", R"({"github_user_id": "ada"})"), 400);
    expect_problem(by_token("POST", "/keys", R"({})"), 400);
    expect_problem(by_token("POST", "/keys", R"({"github_user_id": 77})"), 404);
    identity_.refuse(base::Error{base::Errc::upstream_down, "no answer", {}});
    EXPECT_EQ(by_token("POST", "/keys", R"({"github_user_id": 78})").json_text("status"), "created")
        << "the name is only for people to read";
    store_.hold(ada.id, Hold{std::nullopt, "no"});
    const auto held = by_token("POST", "/keys", R"({"github_user_id": 1001})");
    EXPECT_EQ(held.status, 403);
    EXPECT_EQ(held.json_text("status"), "error");
    auto terms = usual_terms();
    terms.is_enabled = false;
    restart(terms);
    const auto paused = by_token("POST", "/keys", R"({"github_user_id": 1003})");
    EXPECT_EQ(paused.status, 403);
    EXPECT_EQ(paused.json_text("status"), "paused");
}

TEST_F(KeyRoutesTest, AChangeIsAnsweredWithTheKeyAsItIsNow) {
    issue_to_ada();
    const Grant grant = row_of(ada);
    const auto changed = by_token("PATCH", "/keys/" + grant.id, R"({"disabled": true, "daily_limit_usd": 4})");
    ASSERT_EQ(changed.status, 200) << changed.body;
    const auto body = changed.json();
    EXPECT_TRUE(body.as_object().at("disabled").as_bool());
    EXPECT_TRUE(body.as_object().at("synchronized").as_bool());
    EXPECT_EQ(body.as_object().at("daily_limit_usd").to_number<double>(), 4.0);
    EXPECT_TRUE(provider_.live_keys()[0].is_disabled);
    for (const char* json :
         {R"({})", R"({"disabled": "perhaps"})", R"({"daily_limit_usd": 0})", R"({"daily_limit_usd": -3})",
          R"({"reason": "only a reason"})", R"({"disable": true})", R"({"disabled": true)", R"([])"})
        expect_problem(by_token("PATCH", "/keys/" + grant.id, json), 400);
    EXPECT_EQ(provider_.update_calls(), 1);
}

TEST_F(KeyRoutesTest, AChangeThatUpstreamDidNotHearIsKeptAndReported) {
    issue_to_ada();
    const Grant grant = row_of(ada);
    provider_.refuse(grant.delete_handle, base::Error{base::Errc::upstream_down, "no answer", base::Seconds{7}});
    const auto answer = by_token("PATCH", "/keys/" + grant.id, R"({"disabled": true})");
    EXPECT_GE(answer.status, 500) << answer.body;
    EXPECT_EQ(answer.header("Retry-After"), "7");
    EXPECT_TRUE(row_of(ada).is_disabled);
    EXPECT_FALSE(by_token("GET", "/keys/" + grant.id).json().as_object().at("synchronized").as_bool());
}

TEST_F(KeyRoutesTest, ARevocationIsAnsweredWithTheAccount) {
    issue_to_ada();
    const Grant grant = row_of(ada);
    for (const char* json : {R"({})", R"({"reason": ""})", R"({"reason": "x", "hold": "soon"})"})
        expect_problem(by_token("POST", "/keys/" + grant.id + "/revoke", json), 400);
    EXPECT_EQ(row_of(ada).status, GrantStatus::active);
    const auto revoked = by_token("POST", "/keys/" + grant.id + "/revoke", R"({"reason": "leaked", "hold": "24h"})");
    ASSERT_EQ(revoked.status, 200) << revoked.body;
    const auto body = revoked.json();
    EXPECT_TRUE(body.as_object().at("key").is_null());
    EXPECT_EQ(body.as_object().at("hold").as_object().at("reason").as_string(), "leaked");
    const auto& ended = body.as_object().at("ended").as_array();
    ASSERT_EQ(ended.size(), 1u);
    EXPECT_EQ(ended[0].as_object().at("id").as_string(), grant.id);
    EXPECT_EQ(ended[0].as_object().at("status").as_string(), "revoked");
    EXPECT_TRUE(std::string(ended[0].as_object().at("actor").as_string()).starts_with("github:1003 token:"));
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_F(KeyRoutesTest, AHoldIsSetReplacedAndLifted) {
    for (const char* json :
         {R"({"reason": "x"})", R"({"reason": "", "hold": "7d"})", R"({"reason": "x", "hold": "7"})"})
        expect_problem(by_token("PUT", "/accounts/1001/hold", json), 400);
    const auto set = by_token("PUT", "/accounts/1001/hold", R"({"reason": "cool off", "hold": "90m"})");
    ASSERT_EQ(set.status, 200) << set.body;
    EXPECT_EQ(store_.find_account({ada.id})->hold->until, clock_.now() + std::chrono::minutes{90});
    ASSERT_EQ(by_token("PUT", "/accounts/1001/hold", R"({"reason": "for good", "hold": "forever"})").status, 200);
    EXPECT_FALSE(store_.find_account({ada.id})->hold->until);
    const auto lifted = by_token("DELETE", "/accounts/1001/hold");
    ASSERT_EQ(lifted.status, 200) << lifted.body;
    EXPECT_TRUE(lifted.json().as_object().at("hold").is_null());
    EXPECT_FALSE(store_.find_account({ada.id})->hold);
}

TEST_F(KeyRoutesTest, AnAccountThatNeverHadAKeyIsShownAsSuch) {
    const auto shown = by_token("GET", "/accounts/77");
    ASSERT_EQ(shown.status, 200);
    EXPECT_EQ(shown.json_text("github_user_id"), "77");
    EXPECT_TRUE(shown.json().as_object().at("key").is_null());
    EXPECT_TRUE(shown.json().as_object().at("ended").as_array().empty());
}

}  // namespace
}  // namespace llmapikey
