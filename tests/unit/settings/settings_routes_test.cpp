// The JSON API of settings.
#include "settings/settings_routes.hpp"

#include <gtest/gtest.h>

#include "support/site_fixture.hpp"

namespace llmapikey::test {
namespace {

class SettingsRoutesTest : public SiteFixture {
protected:
    SiteAnswer patch(const std::string& json, const std::set<Scope>& scopes = {Scope::write}) {
        return send("PATCH", "/api/v1/settings",
                    {{"Authorization", "Bearer " + token_with(scopes)}, {"Content-Type", "application/json"}}, json);
    }
    boost::json::value settings() { return get("/api/v1/settings", program_with({Scope::read})).json(); }
};

TEST_F(SettingsRoutesTest, ATokenNeedsTheScope) {
    EXPECT_EQ(get("/api/v1/settings", program_with({Scope::read})).status, 200);
    EXPECT_EQ(get("/api/v1/settings", program_with({Scope::write})).status, 403);
    EXPECT_EQ(patch(R"({"seats": 7})", {Scope::read}).status, 403);
    EXPECT_EQ(get("/api/v1/settings", {.session = session_of(ada), .accept = "application/json"}).status, 404);
}

TEST_F(SettingsRoutesTest, AValueIsSetAndNullGoesBack) {
    const auto answer =
        patch(R"({"daily_limit_usd": 25.5, "seats": 7, "organizer_name": "Us", "minting_paused": true})");
    EXPECT_EQ(answer.status, 200) << answer.body;
    auto now = settings();
    EXPECT_EQ(now.at("daily_limit_usd").at("value"), 25.5);
    EXPECT_EQ(now.at("daily_limit_usd").at("environment"), 2.5);
    EXPECT_EQ(now.at("seats").at("overridden"), true);
    EXPECT_EQ(now.at("organizer_name").at("value"), "Us");
    EXPECT_EQ(now.at("minting_enabled"), false);
    EXPECT_EQ(answer.json(), now);
    EXPECT_EQ(patch(R"({"daily_limit_usd": null, "minting_paused": false, "organizer_name": ""})").status, 200);
    now = settings();
    EXPECT_EQ(now.at("daily_limit_usd").at("overridden"), false);
    EXPECT_EQ(now.at("seats").at("value"), 7) << "what is not named stays";
    EXPECT_EQ(now.at("organizer_name").at("overridden"), true) << "an organizer may say nothing";
    EXPECT_EQ(now.at("minting_enabled"), true);
}

TEST_F(SettingsRoutesTest, OneWrongValueChangesNothing) {
    const auto answer = patch(R"({"seats": 7, "key_lifetime_days": 0, "event_name": "a\nb"})");
    EXPECT_EQ(answer.status, 400);
    EXPECT_TRUE(answer.has("key_lifetime_days must be a whole number from 1 to 3650; event_name must be one line"));
    EXPECT_EQ(patch(R"({"seat": 7})").status, 400);
    EXPECT_EQ(patch(R"({"seats": ""})").status, 400);
    EXPECT_TRUE(settings_.list()->settings.empty());
}

}  // namespace
}  // namespace llmapikey::test
