#include "http/session_token.hpp"

#include <gtest/gtest.h>

#include <string>

#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace llmapikey {
namespace {

const std::string secret = "a-secret-of-thirty-two-bytes-or-more";
const base::Timestamp now{base::Seconds{1'790'000'000}};
const std::string good_header = R"({"alg":"HS256","typ":"JWT"})";
const std::string good_claims = R"({"sub":"583231","login":"octocat","iat":1789999000,"exp":1790001000})";

std::string signed_with(const std::string& key, const std::string& header, const std::string& claims) {
    const std::string text = base::to_base64url(header) + "." + base::to_base64url(claims);
    return text + "." + base::to_base64url(base::hmac_sha256(key, text));
}

std::optional<Session> verified(const std::string& token) {
    return SessionTokens(base::Secret(secret)).verify(token, now);
}

std::optional<Session> with_claims(const std::string& claims) {
    return verified(signed_with(secret, good_header, claims));
}

TEST(SessionToken, IsTakenBackFromWhoIssuedIt) {
    const SessionTokens tokens{base::Secret(secret)};
    const std::string token = tokens.issue({GithubUserId{583231}, "octo\"cat"}, now);
    const auto session = tokens.verify(token, now);
    ASSERT_TRUE(session);
    EXPECT_EQ(session->recipient.id.value, 583231);
    EXPECT_EQ(session->recipient.login, "octo\"cat");
    EXPECT_EQ(session->issued_at, now);
    EXPECT_EQ(session->expires_at, now + session_lifetime);
    EXPECT_FALSE(SessionTokens(base::Secret(secret + "x")).verify(token, now));
}

// The example of RFC 7515 appendix A.1, whose claims are not ours: the signature holds, the session
// does not.
TEST(SessionToken, OfAnotherKindIsRefusedThoughSignedByTheSameSecret) {
    EXPECT_TRUE(verified(signed_with(secret, good_header, good_claims)));
    EXPECT_FALSE(with_claims(R"({"iss":"joe","exp":1790001000,"http://example.com/is_root":true})"));
}

TEST(SessionToken, LastsUntilItsEndAndNotFromTheFuture) {
    EXPECT_FALSE(with_claims(R"({"sub":"1","login":"a","iat":1789999000,"exp":1790000000})"));
    EXPECT_TRUE(with_claims(R"({"sub":"1","login":"a","iat":1789999000,"exp":1790000001})"));
    // Another replica's clock may be some minutes ahead.
    EXPECT_TRUE(with_claims(R"({"sub":"1","login":"a","iat":1790000900,"exp":1790001000})"));
    EXPECT_FALSE(with_claims(R"({"sub":"1","login":"a","iat":1790000901,"exp":1790001000})"));
}

TEST(SessionToken, IsNotValidBeforeItSaysSo) {
    const std::string claims = R"({"sub":"1","login":"a","iat":1789999000,"exp":1790001000,"nbf":)";
    EXPECT_TRUE(with_claims(claims + "1789999000}"));
    EXPECT_TRUE(with_claims(claims + "1790000900}"));
    EXPECT_FALSE(with_claims(claims + "1790000901}"));
    EXPECT_FALSE(with_claims(claims + R"("1789999000"})"));
}

TEST(SessionToken, NeedsTheAlgorithmThatItIsSignedWith) {
    for (const char* const header :
         {R"({"alg":"none"})", R"({"alg":"HS512"})", R"({"alg":"RS256"})", R"({"alg":"hs256"})", R"({"typ":"JWT"})",
          R"({"alg":["HS256"]})", R"({"alg":"HS256","crit":["exp"]})", R"(["HS256"])", "", "{"})
        EXPECT_FALSE(verified(signed_with(secret, header, good_claims))) << header;
    EXPECT_TRUE(verified(signed_with(secret, R"({"alg":"HS256"})", good_claims)));
}

TEST(SessionToken, NeedsEachOfItsClaims) {
    for (const char* const claims : {
             R"({"login":"a","iat":1789999000,"exp":1790001000})",
             R"({"sub":583231,"login":"a","iat":1789999000,"exp":1790001000})",
             R"({"sub":"1e3","login":"a","iat":1789999000,"exp":1790001000})",
             R"({"sub":"-1","login":"a","iat":1789999000,"exp":1790001000})",
             R"({"sub":"99999999999999999999","login":"a","iat":1789999000,"exp":1790001000})",
             R"({"sub":"1","iat":1789999000,"exp":1790001000})",
             R"({"sub":"1","login":"","iat":1789999000,"exp":1790001000})",
             R"({"sub":"1","login":"a\u0000b","iat":1789999000,"exp":1790001000})",
             R"({"sub":"1","login":"a","exp":1790001000})",
             R"({"sub":"1","login":"a","iat":1789999000})",
             R"({"sub":"1","login":"a","iat":1789999000,"exp":"1790001000"})",
             R"({"sub":"1","login":"a","iat":1789999000,"exp":1.79e99})",
             R"({"sub":"1","login":"a","iat":-5,"exp":1790001000})",
             R"({"sub":"1","login":"a","iat":1789999000,"exp":1790001000} {})",
             R"([])",
             "null",
             "",
         })
        EXPECT_FALSE(with_claims(claims)) << claims;
    EXPECT_FALSE(
        with_claims(R"({"sub":"1","login":")" + std::string(101, 'a') + R"(","iat":1789999000,"exp":1790001000})"));
}

TEST(SessionToken, HasThreePartsAndNothingChanged) {
    const std::string token = signed_with(secret, good_header, good_claims);
    ASSERT_TRUE(verified(token));
    const std::string text = token.substr(0, token.rfind('.'));
    for (const std::string& other :
         {std::string(), std::string("."), std::string(".."), text, text + ".", token + ".", token + ".x", token + "x",
          token + "=", token + "\n", " " + token, text + "." + token, token + std::string(5000, 'A')})
        EXPECT_FALSE(verified(other)) << other;
    for (std::size_t i = 0; i + 1 < token.size(); ++i) {
        std::string changed = token;
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(verified(changed)) << i;
    }
}

}  // namespace
}  // namespace llmapikey
