#include "identity/github_user_id.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

TEST(GithubUserIdTest, TakesOnlyTheCanonicalDecimalForm) {
    EXPECT_EQ(GithubUserId::parse("583231")->value, 583231);
    for (const char* text : {"", "0", "-1", "+1", "007", "1 ", " 1", "1.0", "1e3", "0x10", "99999999999999999999"}) {
        EXPECT_FALSE(GithubUserId::parse(text)) << text;
    }
}

}  // namespace
}  // namespace llmapikey
