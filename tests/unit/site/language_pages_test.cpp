// In which language a page is, for people with and without a session.
#include <gtest/gtest.h>

#include <set>

#include "languages/catalog.hpp"
#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class LanguagePagesTest : public test::SiteFixture {
protected:
    static std::vector<net::Header> likes(std::string header) { return {{"Accept-Language", std::move(header)}}; }
    static std::vector<net::Header> has_chosen(std::string code) {
        return {{"Accept-Language", "fr"}, {"Cookie", "llmapikey_language=" + std::move(code)}};
    }
    static std::string lang(std::string_view tag) { return "<html lang=\"" + std::string(tag) + "\">"; }
};

TEST_F(LanguagePagesTest, PagesFromMemoryAreInTheLanguageThatTheBrowserLikes) {
    for (const char* path : {"/", "/dashboard", "/docs", "/docs/start"}) {
        std::set<std::string> etags;
        for (const LanguageName& each : language_names()) {
            const auto page = get(path, {.more = likes(std::string(each.code))});
            EXPECT_EQ(page.status, 200) << path;
            EXPECT_TRUE(page.has(lang(each.tag))) << path << each.code;
            EXPECT_TRUE(page.has(std::string(translated(each.language, "one key per GitHub account")))) << each.code;
            EXPECT_NE(page.header("Vary").find("Accept-Language"), std::string::npos);
            etags.insert(page.header("ETag"));
            EXPECT_EQ(get(path, {.more = likes(std::string(each.code))}).body, page.body);
        }
        EXPECT_EQ(etags.size(), language_count) << path;
    }
}

TEST_F(LanguagePagesTest, SeveralHeaderLinesAreOneList) {
    const std::vector<net::Header> lines = {{"Accept-Language", "xx"}, {"accept-language", "en;q=0.5, de"}};
    EXPECT_TRUE(get("/", {.more = lines}).has(lang("de")));
    EXPECT_TRUE(get("/", {.more = {{"Accept-Language", "fr;q=0.2"}, {"Accept-Language", "es"}}}).has(lang("es")));
}

TEST_F(LanguagePagesTest, WhoIsSignedInGetsTheirLanguageToo) {
    issue_key(ada);
    for (const LanguageName& each : language_names()) {
        const auto page = get("/dashboard", {.session = session_of(ada), .more = likes(std::string(each.code))});
        EXPECT_TRUE(page.has(lang(each.tag))) << each.code;
        EXPECT_TRUE(page.has(std::string(translated(each.language, "Use it now")))) << each.code;
        EXPECT_FALSE(page.has("{{")) << each.code << ": a place was not filled in";
    }
}

TEST_F(LanguagePagesTest, AChoiceCountsMoreThanTheBrowser) {
    EXPECT_TRUE(get("/", {.more = has_chosen("ja")}).has(lang("ja")));
    EXPECT_TRUE(get("/", {.more = has_chosen("en")}).has(lang("en")));
    EXPECT_TRUE(get("/", {.more = has_chosen("tlh")}).has(lang("fr"))) << "no language of ours";
    EXPECT_TRUE(get("/nothing-here", {.more = has_chosen("de")})
                    .has(std::string(translated(Language::german, "Page not found"))));
}

TEST_F(LanguagePagesTest, AChoiceIsRememberedAndLeadsBack) {
    const auto chosen = post_form("/language", {{"language", "es"}, {"next", "/docs/start"}}, {});
    EXPECT_EQ(chosen.status, 303);
    EXPECT_EQ(chosen.header("Location"), "/docs/start");
    EXPECT_TRUE(chosen.header("Set-Cookie").starts_with("llmapikey_language=es; Path=/; Max-Age=31536000"));
    EXPECT_EQ(post_form("/language", {{"language", "es"}, {"next", "//elsewhere.example"}}, {}).header("Location"),
              "/dashboard");
    EXPECT_EQ(post_form("/language", {{"language", "xx"}}, {}).status, 400);
    EXPECT_EQ(post_form("/language", {{"language", "es"}}, {.site = "cross-site"}).status, 403);
}

TEST_F(LanguagePagesTest, ProgramsAreAnsweredInEnglish) {
    const auto problem = get("/api/v1/nothing", {.accept = "application/json", .more = likes("de")});
    EXPECT_TRUE(problem.has("Page not found"));
}

}  // namespace
}  // namespace llmapikey
