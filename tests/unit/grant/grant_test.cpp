#include "grant/grant.hpp"

#include "grant/key_name.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
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

TEST(NonceMakerTest, KnowsItsOwnAndNobodyElses) {
    const NonceMaker ours(base::Secret(std::string(32, 'a'))), theirs(base::Secret(std::string(32, 'b')));
    const std::string nonce = ours.make(GithubUserId{42});
    EXPECT_EQ(nonce.size(), 22u);
    EXPECT_NE(nonce, ours.make(GithubUserId{42}));
    EXPECT_TRUE(ours.has_made(GithubUserId{42}, nonce));
    EXPECT_FALSE(ours.has_made(GithubUserId{43}, nonce)) << "another account's";
    EXPECT_FALSE(theirs.has_made(GithubUserId{42}, nonce)) << "another deployment's";
    for (std::size_t place = 0; place < 21; ++place) {
        std::string changed = nonce;
        changed[place] = changed[place] == 'A' ? 'B' : 'A';
        EXPECT_FALSE(ours.has_made(GithubUserId{42}, changed)) << place;
    }
    for (const char* text : {"", "abc", "AAAAAAAAAAAAAAAAAAAAAA", "not base64url!"})
        EXPECT_FALSE(ours.has_made(GithubUserId{42}, text)) << text;
}

TEST(GrantTest, TheCapIsLoweredByWhatEarlierKeysSpentUntilTheReset) {
    Grant grant;
    grant.daily_limit = base::MicroUsd{10'000'000};
    const base::Timestamp noon = std::chrono::sys_days{std::chrono::year{2027} / 2 / 22} + std::chrono::hours{12};
    EXPECT_EQ(limit_at(grant, noon).value, 10'000'000);
    grant.carried = base::MicroUsd{7'500'000};
    grant.carried_until = next_reset(noon);
    EXPECT_EQ(limit_at(grant, noon).value, 2'500'000);
    EXPECT_EQ(limit_at(grant, next_reset(noon) - base::Seconds{1}).value, 2'500'000);
    EXPECT_EQ(limit_at(grant, next_reset(noon)).value, 10'000'000);
    grant.carried = base::MicroUsd{11'000'000};
    EXPECT_EQ(limit_at(grant, noon).value, 0) << "never negative";
    EXPECT_EQ(day_text(noon), "2027-02-22");
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
}  // namespace llmapikey
