#include "grant/key_name.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

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

}  // namespace
}  // namespace llmapikey
