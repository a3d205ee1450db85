#include "identity/login.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmapikey {
namespace {

TEST(LoginTest, MayBeAnythingThatShowsOnlyItself) {
    for (const std::string good :
         {"octo-cat", "a_b", "<b>=1+1", "\xc3\xbc", "\xd7\x90", "\xe2\x82\xac", "\xf0\x9f\x98\x80"})
        EXPECT_TRUE(is_login(good)) << good;
    EXPECT_TRUE(is_login(std::string(100, 'a')));
}

TEST(LoginTest, ChangesNothingAroundIt) {
    for (const std::string bad : {"a\nb",         "a\tb",         "\x1b[31m",
                                  "\x7f",         "\xc2\x85",     "\xc2\xad",
                                  "\xd8\x9c",     "\xe2\x80\x8b", "\xe2\x80\x8f",
                                  "\xe2\x80\xa8", "\xe2\x80\xae", "\xe2\x81\xa6",
                                  "\xe3\x85\xa4", "\xe1\x85\xa0", " ",
                                  "\xe3\x80\x80", "\xef\xbb\xbf", "\xf3\xa0\x81\x81",
                                  "\xff",         "\xe2\x80",     ""})
        EXPECT_FALSE(is_login(bad)) << bad;
    EXPECT_FALSE(is_login(std::string("a\0b", 3)));
    EXPECT_FALSE(is_login(std::string(101, 'a')));
}

TEST(LoginTest, GithubIsAskedForLettersDigitsAndSingleHyphens) {
    for (const std::string good :
         {"octo-cat", "Mona", "7", "mona_octo", "old-", "aaaaaaaaaabbbbbbbbbbccccccccccddddddddd"})
        EXPECT_TRUE(can_be_github_login(good)) << good;
    for (const std::string bad :
         {"", "-a", "a--b", "a.b", "a b", "a/b", "a@b", "\xc3\xbc", "aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd"})
        EXPECT_FALSE(can_be_github_login(bad)) << bad;
}

}  // namespace
}  // namespace llmapikey
