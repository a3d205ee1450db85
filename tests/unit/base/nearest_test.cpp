#include "base/nearest.hpp"

#include <gtest/gtest.h>

namespace llmapikey::base {
namespace {

TEST(NearestTest, CountsInsertionsDeletionsChangesAndExchanges) {
    EXPECT_EQ(edit_distance("", ""), 0u);
    EXPECT_EQ(edit_distance("", "abc"), 3u);
    EXPECT_EQ(edit_distance("serve", "serve"), 0u);
    EXPECT_EQ(edit_distance("srve", "serve"), 1u);
    EXPECT_EQ(edit_distance("servee", "serve"), 1u);
    EXPECT_EQ(edit_distance("sorve", "serve"), 1u);
    EXPECT_EQ(edit_distance("sevre", "serve"), 1u);
    EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
}

TEST(NearestTest, GivesTheNearestOneThatIsNearEnough) {
    const std::vector<std::string> commands{"serve", "sandbox", "reseal", "reconcile"};
    EXPECT_EQ(nearest("sever", commands, 2), "serve");
    EXPECT_EQ(nearest("recncile", commands, 2), "reconcile");
    EXPECT_EQ(nearest("frobnicate", commands, 3), "");
    EXPECT_EQ(nearest("serve", {}, 2), "");
}

TEST(NearestTest, IsTheOneThatWasLikelyMeant) {
    const std::vector<std::string> known{"github_user_id", "github_username", "reason", "hold", "daily_limit_usd"};
    EXPECT_EQ(nearest("resaon", known), "reason");
    EXPECT_EQ(nearest("githubUserId", known), "github_user_id");
    EXPECT_EQ(nearest("daily-limit", known), "daily_limit_usd");
    EXPECT_EQ(nearest("MAX_TOTAL_KEYS", known), "");
    EXPECT_EQ(nearest("", known), "");
}

}  // namespace
}  // namespace llmapikey::base
