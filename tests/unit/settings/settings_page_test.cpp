// What the console's page of settings and its buttons do, and what the other pages say then.
#include "settings/settings_page.hpp"

#include <gtest/gtest.h>

#include "support/site_fixture.hpp"

namespace llmapikey::test {
namespace {

class SettingsPageTest : public SiteFixture {
protected:
    test::Sender organizer() const { return {.session = session_of(grace)}; }
    SiteAnswer page() { return get("/admin/settings", organizer()); }
    SiteAnswer post(const FormFields& fields) { return post_form("/admin/settings", fields, organizer()); }
    // As a page does that was opened just now.
    SiteAnswer save(FormFields fields) {
        fields.emplace_back("version", version());
        return post(fields);
    }
    static bool is_checked(const SiteAnswer& answer, const std::string& name) {
        return answer.has("name=\"back\" value=\"" + name + "\" checked");
    }
    static std::string location(const SiteAnswer& answer) { return answer.header("Location"); }
    std::string version() { return version_in(page()); }
    static std::string version_in(const SiteAnswer& answer) {
        const std::string body = answer.body, before = "name=\"version\" value=\"";
        const auto at = body.find(before) + before.size();
        return body.substr(at, body.find('"', at) - at);
    }
};

TEST_F(SettingsPageTest, IsForOrganizersAlone) {
    EXPECT_EQ(page().status, 200);
    EXPECT_EQ(get("/admin/settings", {.session = session_of(ada)}).status, 404);
    for (const char* path : {"/admin/settings", "/admin/settings/pause", "/admin/settings/resume"}) {
        EXPECT_EQ(post_form(path, {}, {.session = session_of(ada)}).status, 404) << path;
        EXPECT_EQ(post_form(path, {}, {.session = session_of(grace), .site = "cross-site"}).status, 403) << path;
    }
    EXPECT_FALSE(store_.totals()->is_paused);
}

TEST_F(SettingsPageTest, SaysWhereEachValueComesFrom) {
    EXPECT_TRUE(page().has("From the environment (<code>KEY_DAILY_LIMIT_USD</code>)"));
    EXPECT_EQ(location(save({{"daily_limit_usd", "25"}})), "/admin/settings?result=saved");
    const auto after = page();
    EXPECT_TRUE(after.has("value=\"25\""));
    EXPECT_TRUE(after.has("Set here"));
    EXPECT_TRUE(after.has("by grace. The environment says $2.50 (<code>KEY_DAILY_LIMIT_USD</code>)"));
    EXPECT_EQ(location(save({{"back", "daily_limit_usd"}, {"daily_limit_usd", "25"}})), "/admin/settings?result=saved");
    EXPECT_FALSE(page().has("Set here"));
}

TEST_F(SettingsPageTest, WhatNobodyHasSetIsNotSaidToBeSet) {
    const auto shown = page();
    EXPECT_TRUE(shown.has("id=\"organizer_name-source\">Not set"));
    EXPECT_FALSE(shown.has("From the environment (<code>ORGANIZER_NAME</code>)"));
    EXPECT_FALSE(shown.has("replica"));
}

TEST_F(SettingsPageTest, FewerSeatsThanAreTakenAreExplained) {
    for (const Recipient& person : {ada, grace})
        ASSERT_EQ(issue_key(person).status, KeyOutcome::created);
    const std::string told = "2 keys exist: nobody loses one, and nobody gets a new one until none remains.";
    EXPECT_FALSE(page().has(told));
    EXPECT_EQ(location(save({{"seats", "1"}})), "/admin/settings?result=saved");
    EXPECT_TRUE(get("/admin/settings?result=saved", organizer()).has("within two seconds. " + told));
    save({{"seats", "2"}});
    EXPECT_FALSE(get("/admin/settings?result=saved", organizer()).has("nobody loses one"));
}

TEST_F(SettingsPageTest, AFieldThatShowsWhatIsInForceChangesNothing) {
    EXPECT_EQ(location(save({{"daily_limit_usd", "2.50"}, {"seats", "0"}, {"organizer_name", ""}})),
              "/admin/settings?result=unchanged");
    EXPECT_TRUE(settings_.list()->settings.empty());
    save({{"seats", "7"}});
    save({{"seats", "0"}});
    EXPECT_FALSE(settings_.list()->settings.front().value) << "what the environment says goes back to it";
}

TEST_F(SettingsPageTest, WhatIsWrongStandsAtItsFieldAndWhatWasTypedStays) {
    const auto answer =
        save({{"daily_limit_usd", "two <b>"}, {"key_lifetime_days", "30"}, {"organizer_contact", "x y"}});
    EXPECT_EQ(answer.status, 422);
    EXPECT_TRUE(answer.has("2 fields need a change"));
    EXPECT_TRUE(answer.has("<a href=\"#daily_limit_usd\">Each key may spend: must be an amount"));
    EXPECT_TRUE(answer.has("value=\"two &lt;b&gt;\""));
    EXPECT_TRUE(answer.has("value=\"30\""));
    EXPECT_TRUE(
        answer.has("aria-describedby=\"daily_limit_usd-hint daily_limit_usd-source daily_limit_usd-error\" "
                   "aria-invalid=\"true\""));
    EXPECT_TRUE(answer.has("<title>Error: "));
    EXPECT_TRUE(settings_.list()->settings.empty()) << "nothing of it is saved";
}

TEST_F(SettingsPageTest, NobodyOverwritesWhatSomebodyElseHasSetMeanwhile) {
    const std::string seen = version();
    save({{"seats", "7"}});
    const auto late = post({{"seats", "9"}, {"version", seen}});
    EXPECT_EQ(late.status, 409);
    EXPECT_TRUE(late.has("value=\"9\"")) << "what was typed stays";
    EXPECT_EQ(settings_.list()->settings.front().value, SettingValue{std::int64_t{7}});
    EXPECT_EQ(post({{"seats", "8"}}).status, 409) << "a form that does not say what it has seen";
    EXPECT_EQ(post({{"seats", "9"}, {"version", version_in(late)}}).status, 303);
    EXPECT_EQ(settings_.list()->settings.front().value, SettingValue{std::int64_t{9}});
}

TEST_F(SettingsPageTest, AnOldFormIsOldWhateverIsWrongInIt) {
    const std::string seen = version();
    save({{"seats", "7"}});
    const auto late = post({{"seats", "9"}, {"daily_limit_usd", "a lot"}, {"version", seen}});
    EXPECT_EQ(late.status, 409);
    EXPECT_TRUE(late.has("Each key may spend: must be an amount"));
    const auto wrong = save({{"daily_limit_usd", "a lot"}});
    EXPECT_EQ(wrong.status, 422);
    EXPECT_EQ(version_in(wrong), version());
}

TEST_F(SettingsPageTest, AFieldThatNobodyTouchedFollowsWhatSomebodyElseHasSet) {
    const std::string seen = version();
    save({{"seats", "7"}});
    FormFields form{
        {"seats", "0"},      {"was_seats", "0"},     {"key_lifetime_days", "30"}, {"was_key_lifetime_days", "90"},
        {"event_name", "x"}, {"was_event_name", "x"}};
    form.emplace_back("version", seen);
    const auto late = post(form);
    EXPECT_EQ(late.status, 409);
    EXPECT_TRUE(late.has("name=\"seats\" value=\"7\"")) << "untouched: what counts now";
    EXPECT_TRUE(late.has("name=\"was_seats\" value=\"7\""));
    EXPECT_TRUE(late.has("name=\"key_lifetime_days\" value=\"30\"")) << "touched: what was typed";
    EXPECT_EQ(post({{"seats", "7"},
                    {"was_seats", "7"},
                    {"key_lifetime_days", "30"},
                    {"was_key_lifetime_days", "90"},
                    {"version", version_in(late)}})
                  .status,
              303);
    const auto stored = settings_.list()->settings;
    for (const StoredSetting& each : stored)
        EXPECT_EQ(each.value, SettingValue{std::int64_t{each.name == "seats" ? 7 : 30}}) << each.name;
}

TEST_F(SettingsPageTest, ASaveThatIsOvertakenIsToldSo) {
    const std::string seen = version();
    settings_.before_put = [&] {
        const auto version = settings_.list()->version;
        EXPECT_TRUE(settings_.put({{SettingName::seats, SettingValue{std::int64_t{7}}}}, version, {}, clock_.now()));
    };
    const auto late = post({{"seats", "9"}, {"version", seen}});
    EXPECT_EQ(late.status, 409);
    EXPECT_EQ(settings_.list()->settings.front().value, SettingValue{std::int64_t{7}});
    EXPECT_EQ(version_in(late), version());
}

TEST_F(SettingsPageTest, TheTickThatGoesBackStaysOnAPageWithErrors) {
    save({{"daily_limit_usd", "25"}, {"seats", "7"}});
    const auto wrong = save({{"back", "daily_limit_usd"}, {"daily_limit_usd", "25"}, {"key_lifetime_days", "0"}});
    EXPECT_EQ(wrong.status, 422);
    EXPECT_TRUE(is_checked(wrong, "daily_limit_usd"));
    EXPECT_FALSE(is_checked(wrong, "seats"));
    EXPECT_FALSE(is_checked(page(), "daily_limit_usd"));
}

TEST_F(SettingsPageTest, PagesOfAllFollowAtOnce) {
    save({{"daily_limit_usd", "33"}, {"key_lifetime_days", "5"}, {"event_name", "Spring school"}});
    for (const char* path : {"/", "/docs"}) {
        const auto public_page = get(path);
        EXPECT_TRUE(public_page.has("$33.00")) << path;
        EXPECT_TRUE(public_page.has("5 days")) << path;
        EXPECT_TRUE(public_page.has("Spring school")) << path;
        EXPECT_FALSE(public_page.header("ETag").empty()) << "still answered from memory";
    }
}

TEST_F(SettingsPageTest, PauseAndResumeAreOnePressEach) {
    EXPECT_EQ(location(post_form("/admin/settings/pause", {}, organizer())), "/admin/settings?result=paused");
    EXPECT_TRUE(get("/").has("id=\"paused\""));
    EXPECT_TRUE(page().has("Resume new keys"));
    const auto refused = post_form("/dashboard/key", {}, {.session = session_of(ada), .accept = "application/json"});
    EXPECT_EQ(refused.status, 403);
    EXPECT_EQ(refused.json_text("status"), "paused");
    EXPECT_EQ(location(post_form("/admin/settings/resume", {{"next", "/admin"}}, organizer())),
              "/admin?result=resumed");
    EXPECT_FALSE(get("/").has("id=\"paused\""));
    EXPECT_EQ(post_form("/dashboard/key", {}, {.session = session_of(ada), .accept = "application/json"}).status, 200);
}

TEST_F(SettingsPageTest, TheOverviewHasTheSameButtons) {
    EXPECT_TRUE(get("/admin", organizer()).has("action=\"/admin/settings/pause\""));
    EXPECT_EQ(location(post_form("/admin/settings/pause", {{"next", "/admin"}}, organizer())), "/admin?result=paused");
    const auto paused = get("/admin?result=paused", organizer());
    EXPECT_TRUE(paused.has("New keys are paused. From now on nobody gets one."));
    EXPECT_TRUE(paused.has("action=\"/admin/settings/resume\""));
    EXPECT_FALSE(paused.has("action=\"/admin/settings/pause\""));
    Terms terms = usual_terms();
    terms.is_enabled = false;
    restart(terms);
    EXPECT_FALSE(get("/admin", organizer()).has("action=\"/admin/settings/"));
}

TEST_F(SettingsPageTest, TheButtonsLeadBackToTheConsoleOnly) {
    EXPECT_EQ(location(post_form("/admin/settings/pause", {{"next", "/admin/people?q=a"}}, organizer())),
              "/admin/people?result=paused");
    for (const char* next : {"https://evil.example/", "//evil.example", "/dashboard", "/administrator", ""})
        EXPECT_EQ(location(post_form("/admin/settings/pause", {{"next", next}}, organizer())),
                  "/admin/settings?result=paused");
}

TEST_F(SettingsPageTest, WhatIsOffInTheEnvironmentCannotBeSwitchedOnHere) {
    Terms terms = usual_terms();
    terms.is_enabled = false;
    restart(terms);
    EXPECT_TRUE(page().has("PROVISIONING_ENABLED"));
    EXPECT_FALSE(page().has("id=\"pause\""));
    EXPECT_EQ(location(post_form("/admin/settings/resume", {}, organizer())), "/admin/settings?result=off");
    EXPECT_EQ(post_form("/dashboard/key", {}, {.session = session_of(ada), .accept = "application/json"}).status, 403);
}

TEST_F(SettingsPageTest, WithoutTheDatabaseOtherPagesShowWhatWasKnownLast) {
    save({{"event_name", "Spring school"}});
    const std::string seen = version();
    settings_.is_away = true;
    EXPECT_EQ(page().status, 503);
    EXPECT_TRUE(get("/").has("Spring school"));
    EXPECT_EQ(post({{"event_name", "Autumn school"}, {"version", seen}}).status, 503);
}

}  // namespace
}  // namespace llmapikey::test
