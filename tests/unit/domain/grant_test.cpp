#include "domain/grant.hpp"

#include <gtest/gtest.h>

namespace llmapikey::domain {
namespace {

TEST(GithubUserIdTest, TakesOnlyTheCanonicalDecimalForm) {
    EXPECT_EQ(GithubUserId::parse("583231")->value, 583231);
    for (const char* text : {"", "0", "-1", "+1", "007", "1 ", " 1", "1.0", "1e3", "0x10", "99999999999999999999"}) {
        EXPECT_FALSE(GithubUserId::parse(text)) << text;
    }
}

TEST(UpstreamKeyNameTest, RoundTripsAccountAndNonce) {
    const auto name = parse_upstream_key_name(upstream_key_name(GithubUserId{42}, "abc_-9Z"));
    ASSERT_TRUE(name);
    EXPECT_EQ(name->github_user_id.value, 42);
    EXPECT_EQ(name->nonce, "abc_-9Z");
}

TEST(UpstreamKeyNameTest, RecognizesTheOlderFormWithoutNonce) {
    EXPECT_EQ(upstream_key_name(GithubUserId{42}, ""), "llmapikey/gh-42");
    const auto name = parse_upstream_key_name("llmapikey/gh-42");
    ASSERT_TRUE(name);
    EXPECT_EQ(name->nonce, "");
}

TEST(UpstreamKeyNameTest, TakesNoNameThatOnlyLooksAlike) {
    for (const char* text : {"", "llmapikey", "llmapikey/gh-", "llmapikey/gh-x", "llmapikey/gh-042", "llmapikey/gh-42/",
                             "llmapikey/gh-42/a/b", "llmapikey/gh-42/a b", "LLMAPIKEY/gh-42", " llmapikey/gh-42",
                             "my llmapikey/gh-42", "llmapikey/gh-42 copy", "llmapikey-gh-42"}) {
        EXPECT_FALSE(parse_upstream_key_name(text)) << text;
    }
}

TEST(GrantTest, IsSettledOnlyAfterTwiceTheCallTimeout) {
    Grant grant;
    grant.attempted_at = base::Timestamp{base::Seconds{1000}};
    const auto wait = settle_time(base::Seconds{15});
    EXPECT_EQ(wait, base::Seconds{30});
    EXPECT_FALSE(is_settled(grant, base::Timestamp{base::Seconds{1029}}, wait));
    EXPECT_TRUE(is_settled(grant, base::Timestamp{base::Seconds{1030}}, wait));
}

TEST(GrantTest, OnlyAnActiveKeyExpires) {
    Grant grant;
    grant.expires_at = base::Timestamp{base::Seconds{10}};
    EXPECT_FALSE(is_expired(grant, base::Timestamp{base::Seconds{11}}));
    grant.status = GrantStatus::active;
    EXPECT_FALSE(is_expired(grant, base::Timestamp{base::Seconds{9}}));
    EXPECT_TRUE(is_expired(grant, base::Timestamp{base::Seconds{10}}));
}

TEST(KeyHintTest, IsTheLastFourCharacters) {
    EXPECT_EQ(key_hint("sk-or-v1-abcdef"), "cdef");
    EXPECT_EQ(key_hint("abc"), "abc");
}

TEST(GrantStatusTest, RoundTripsItsText) {
    for (const auto status : {GrantStatus::pending, GrantStatus::ambiguous, GrantStatus::active}) {
        EXPECT_EQ(parse_grant_status(to_text(status)), status);
    }
    EXPECT_FALSE(parse_grant_status("revoked"));
}

}  // namespace
}  // namespace llmapikey::domain
