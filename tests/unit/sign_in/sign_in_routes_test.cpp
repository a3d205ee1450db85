// The way to GitHub and back, with its cookies.
#include "sign_in/sign_in_routes.hpp"

#include <gtest/gtest.h>

#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class SignInRoutesTest : public test::SiteFixture {
protected:
    struct Begun {
        std::string state, cookie;  // "name=value"
    };
    Begun begin(const std::string& next = "/docs") {
        const auto start = get("/auth/login?next=" + next);
        EXPECT_EQ(start.status, 302) << start.body;
        const std::string location = start.header("Location");
        EXPECT_TRUE(location.starts_with("https://github.test/")) << location;
        const std::string cookie = start.header("Set-Cookie");
        EXPECT_NE(cookie.find("HttpOnly"), std::string::npos);
        EXPECT_NE(cookie.find("Secure"), std::string::npos);
        return {location.substr(location.find("state=") + 6), cookie.substr(0, cookie.find(';'))};
    }
    test::SiteAnswer come_back(const std::string& query, const std::string& cookie) {
        return get("/auth/callback?" + query, {.more = {{"Cookie", cookie}}});
    }
    static std::string session_in(const test::SiteAnswer& answer) {
        const std::string name = std::string(session_cookie_name) + "=";
        for (const net::Header& each : answer.headers)
            if (each.name == "Set-Cookie" && each.value.starts_with(name))
                return each.value.substr(name.size(), each.value.find(';') - name.size());
        return "";
    }
};

TEST_F(SignInRoutesTest, WhoComesBackFromGithubIsSignedInAndLandsWhereTheyWanted) {
    const auto begun = begin();
    const auto back = come_back("code=good&state=" + begun.state, begun.cookie);
    EXPECT_EQ(back.status, 302) << back.body;
    EXPECT_EQ(back.header("Location"), "/docs");
    const std::string session = session_in(back);
    ASSERT_NE(session, "");
    const auto me = get("/api/v1/me", {.session = session, .accept = "application/json"});
    EXPECT_EQ(me.status, 200);
    EXPECT_TRUE(me.has("ada")) << "the first account that the fake knows";
}

TEST_F(SignInRoutesTest, NobodyLandsOnAnotherSite) {
    for (const char* next : {"https://evil.example/", "//evil.example", "/%5Cevil.example"}) {
        const auto begun = begin(next);
        EXPECT_EQ(come_back("code=good&state=" + begun.state, begun.cookie).header("Location"), "/dashboard") << next;
    }
}

TEST_F(SignInRoutesTest, ASignInThatThisBrowserDidNotBeginIsRefused) {
    const auto begun = begin(), other = begin();
    for (const auto& [query, cookie] :
         std::vector<std::pair<std::string, std::string>>{{"code=good&state=" + begun.state, ""},
                                                          {"code=good&state=" + begun.state, other.cookie},
                                                          {"code=good&state=x", begun.cookie},
                                                          {"code=good", begun.cookie}}) {
        const auto refused = come_back(query, cookie);
        EXPECT_EQ(refused.status, 400) << query;
        EXPECT_EQ(session_in(refused), "");
        EXPECT_TRUE(refused.has("/auth/login")) << "with a way to try again";
    }
}

TEST_F(SignInRoutesTest, WhatGithubRefusesSignsNobodyIn) {
    const auto begun = begin();
    const auto denied = come_back("error=access_denied&state=" + begun.state, begun.cookie);
    EXPECT_EQ(denied.status, 403);
    EXPECT_EQ(session_in(denied), "");
    for (const auto& [code, status] : std::vector<std::pair<base::Errc, int>>{{base::Errc::invalid_input, 400},
                                                                              {base::Errc::upstream_down, 502},
                                                                              {base::Errc::rate_limited, 503},
                                                                              {base::Errc::misconfigured, 502}}) {
        const auto again = begin();
        identity_.refuse(base::Error{code, "no", {}});
        const auto failed = come_back("code=good&state=" + again.state, again.cookie);
        EXPECT_EQ(failed.status, status) << failed.body;
        EXPECT_EQ(session_in(failed), "");
        identity_.refuse(std::nullopt);
    }
}

TEST_F(SignInRoutesTest, SigningOutEndsTheSessionOfThisBrowserOnly) {
    const std::string session = session_of(ada);
    EXPECT_EQ(post_form("/auth/sign-out", {}, {.session = session, .site = "cross-site"}).status, 403);
    const auto out = post_form("/auth/sign-out", {}, {.session = session});
    EXPECT_EQ(out.status, 303);
    EXPECT_NE(out.header("Set-Cookie").find("Max-Age=0"), std::string::npos) << out.header("Set-Cookie");
}

TEST_F(SignInRoutesTest, ARenamedAccountIsKnownByItsNewNameFromThenOn) {
    ASSERT_EQ(issue_key({ada.id, "old-name"}).status, KeyOutcome::created);
    const auto begun = begin();
    ASSERT_EQ(come_back("code=good&state=" + begun.state, begun.cookie).status, 302);
    EXPECT_EQ(row_of(ada).github_username, "ada");
}

}  // namespace
}  // namespace llmapikey
