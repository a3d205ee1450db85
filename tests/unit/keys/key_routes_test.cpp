// What admins do with one key, by the JSON API and on the console's pages.
#include "keys/key_routes.hpp"

#include <gtest/gtest.h>

#include <boost/json/value.hpp>

#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class KeyRoutesTest : public test::SiteFixture {
protected:
    test::Sender api() { return {.session = session_of(grace), .accept = "application/json"}; }
    test::Sender page() { return {.session = session_of(grace)}; }
    std::string issue_to_ada() {
        EXPECT_EQ(issuance().issue(ada).status, IssueStatus::created);
        return row_of(ada).id;
    }
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
    EXPECT_TRUE(for_page.header("Location").starts_with("/admin/accounts/1001")) << for_page.header("Location");
}

TEST_F(KeyRoutesTest, AKeyIsShownWithoutItsSecret) {
    const std::string id = issue_to_ada();
    const std::string raw = issuance().issue(ada).raw_key.reveal();
    const auto shown = get("/api/v1/keys/" + id, api());
    EXPECT_EQ(shown.status, 200);
    EXPECT_FALSE(shown.has(raw));
    EXPECT_FALSE(shown.has(row_of(ada).sealed_key));
    EXPECT_FALSE(get("/admin/accounts/1001", page()).has(raw));
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
    EXPECT_EQ(store_.find_account(ada.id)->hold->until, clock_.now() + std::chrono::hours{24});
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
    const std::string raw = issuance().issue(ada).raw_key.reveal();
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
    EXPECT_TRUE(get("/admin/accounts/1001", page()).has("cool off"));
    EXPECT_EQ(post_form("/admin/accounts/1001/lift", {}, page()).status, 303);
    EXPECT_FALSE(store_.find_account(ada.id)->hold);
    EXPECT_EQ(get("/admin/accounts/x", page()).status, 404);
}

}  // namespace
}  // namespace llmapikey
