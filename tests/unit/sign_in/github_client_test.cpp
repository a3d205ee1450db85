#include "sign_in/github_client.hpp"

#include <gtest/gtest.h>

#include "support/scripted_http_client.hpp"

namespace llmapikey {
namespace {

base::Deadline soon() {
    return base::Deadline::after(base::Millis{5000});
}

class GithubClientTest : public testing::Test {
protected:
    base::Errc exchange_error() {
        return client_.exchange({"code", "verifier", "http://x/auth/callback"}, soon()).error().code;
    }
    base::Errc user_error() { return client_.read_user(base::Secret("gho_t"), soon()).error().code; }
    test::ScriptedHttpClient http_;
    GithubClient client_{{"https://github.example", "https://api.github.example", "client id", base::Secret("s&cret")},
                         http_};
};

TEST_F(GithubClientTest, AnAccountIsFoundByItsLogin) {
    http_.answer(200, R"({"login":"Ada","id":7,"type":"User"})");
    const auto found = client_.find_account("a/da", soon());
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->id.value, 7);
    EXPECT_EQ(found->login, "Ada");
    EXPECT_EQ(http_.requests.back().url, "https://api.github.example/users/a%2Fda");
    http_.answer(404, R"({"message":"Not Found"})");
    EXPECT_EQ(client_.find_account("nobody", soon()).error().code, base::Errc::not_found);
    http_.answer(200, R"({"login":"club","id":8,"type":"Organization"})");
    EXPECT_EQ(client_.find_account("club", soon()).error().code, base::Errc::forbidden);
}

TEST_F(GithubClientTest, SendsPeopleWithStateChallengeAndScope) {
    EXPECT_EQ(client_.authorize_url({"state", "challenge", "https://keys.example/auth/callback"}),
              "https://github.example/login/oauth/"
              "authorize?client_id=client%20id&redirect_uri=https%3A%2F%2Fkeys.example%2Fauth%2Fcallback"
              "&scope=read%3Auser&state=state&code_challenge=challenge&code_challenge_method=S256");
}

TEST_F(GithubClientTest, TheExchangeSendsTheVerifier) {
    http_.answer(200, R"({"access_token":"gho_abc","scope":"","token_type":"bearer"})");
    EXPECT_EQ(client_.exchange({"c", "v", "http://x/auth/callback"}, soon())->reveal(), "gho_abc");
    EXPECT_EQ(http_.requests.at(0).body,
              "client_id=client%20id&client_secret=s%26cret&code=c&redirect_uri=http%3A%2F%2Fx%2Fauth%2Fcallback&code_"
              "verifier=v");
}

TEST_F(GithubClientTest, ATokenCountsWhateverTheStatusOrTheCoding) {
    http_.answer(500, R"({"access_token":"gho_a"})");
    EXPECT_TRUE(client_.exchange({}, soon()));
    http_.answer(200, "access_token=gho_b&scope=&token_type=bearer");
    EXPECT_EQ(client_.exchange({}, soon())->reveal(), "gho_b");
}

TEST_F(GithubClientTest, ErrorsComeWithStatus200) {
    const std::pair<const char*, base::Errc> errors[] = {{"bad_verification_code", base::Errc::invalid_input},
                                                         {"incorrect_client_credentials", base::Errc::misconfigured},
                                                         {"redirect_uri_mismatch", base::Errc::misconfigured},
                                                         {"unverified_user_email", base::Errc::forbidden},
                                                         {"something_new", base::Errc::upstream_down}};
    for (const auto& [name, code] : errors) {
        http_.answer(200, "{\"error\":\"" + std::string(name) + "\"}");
        EXPECT_EQ(exchange_error(), code) << name;
    }
}

TEST_F(GithubClientTest, OtherFailuresOfTheExchange) {
    http_.answer(200, R"({"access_token":""})");
    EXPECT_EQ(exchange_error(), base::Errc::upstream_down);
    http_.answer(404, "<html>");
    EXPECT_EQ(exchange_error(), base::Errc::misconfigured);
    http_.answer(502, "<html>");
    EXPECT_EQ(exchange_error(), base::Errc::upstream_down);
    http_.answer(429, "", {{"Retry-After", "33"}});
    EXPECT_EQ(client_.exchange({}, soon()).error().retry_after, base::Seconds{33});
    http_.fail(net::TransferStatus::unknown);
    EXPECT_EQ(exchange_error(), base::Errc::upstream_down);
    EXPECT_EQ(http_.requests.size(), 5u) << "a code is exchanged once";
}

TEST_F(GithubClientTest, ReadsIdAndLogin) {
    http_.answer(200, R"({"id":583231,"login":"octocat","type":"User","email":null})");
    const auto user = client_.read_user(base::Secret("gho_t"), soon());
    ASSERT_TRUE(user);
    EXPECT_EQ(user->id.value, 583231);
    EXPECT_EQ(user->login, "octocat");
    EXPECT_EQ(http_.requests.at(0).url, "https://api.github.example/user");
}

TEST_F(GithubClientTest, RefusesProfilesThatAreNoPersons) {
    http_.answer(200, R"({"id":1,"login":"corp","type":"Organization"})");
    EXPECT_EQ(user_error(), base::Errc::forbidden);
    for (const char* body : {R"({"login":"x"})", R"({"id":"1","login":"x"})", R"({"id":-1,"login":"x"})",
                             R"({"id":1.5,"login":"x"})", R"({"id":1,"login":""})", "[]", "<html>", ""}) {
        http_.answer(200, body);
        EXPECT_EQ(user_error(), base::Errc::upstream_down) << body;
    }
}

TEST_F(GithubClientTest, RecognizesBothKindsOfRateLimit) {
    http_.answer(403, "{}", {{"X-RateLimit-Remaining", "0"}});
    EXPECT_EQ(user_error(), base::Errc::rate_limited);
    http_.answer(403, "{}", {{"Retry-After", "5"}});
    EXPECT_EQ(user_error(), base::Errc::rate_limited);
    http_.answer(403, "{}", {{"X-RateLimit-Remaining", "17"}});
    EXPECT_EQ(user_error(), base::Errc::upstream_down);
}

TEST_F(GithubClientTest, RevokesWithTheAppsCredentials) {
    http_.answer(204, "");
    EXPECT_TRUE(client_.revoke(base::Secret("gho_t"), soon()));
    const auto& request = http_.requests.at(0);
    EXPECT_EQ(request.method + " " + request.url, "DELETE https://api.github.example/applications/client%20id/token");
    EXPECT_EQ(request.body, R"({"access_token":"gho_t"})");
    EXPECT_EQ(request.headers.back().value, "Basic Y2xpZW50IGlkOnMmY3JldA==");
    http_.answer(401, R"({"message":"Bad credentials"})");
    EXPECT_EQ(client_.revoke(base::Secret("gho_t"), soon()).error().code, base::Errc::misconfigured);
}

TEST_F(GithubClientTest, ChecksItsCredentialsWithATokenThatIsNone) {
    http_.answer(404, R"({"message":"Not Found"})");
    EXPECT_TRUE(client_.check_credentials(soon()));
    http_.answer(401, R"({"message":"Bad credentials"})");
    EXPECT_EQ(client_.check_credentials(soon()).error().code, base::Errc::misconfigured);
}

}  // namespace
}  // namespace llmapikey
