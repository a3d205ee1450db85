// What `llmapikey setup` proposes and says.
#include "cli/setup/setup_words.hpp"

#include <gtest/gtest.h>

namespace llmapikey::cli {
namespace {

TEST(SetupWordsTest, TheLinkFillsInGithubsForm) {
    config::Config config;
    config.github_url = "https://github.com";
    config.organizer.event_name = "Keys & more";
    EXPECT_EQ(app_creation_link(config, "https://keys.example.org"),
              "https://github.com/settings/applications/new?oauth_application%5Bname%5D=Keys%20%26%20more"
              "&oauth_application%5Burl%5D=https%3A%2F%2Fkeys.example.org"
              "&oauth_application%5Bcallback_url%5D=https%3A%2F%2Fkeys.example.org%2Fauth%2Fcallback");
}

TEST(SetupWordsTest, MessagesNameWhatWasAskedFor) {
    const AskedName names[] = {{"PUBLIC_URL", "public address"}, {"SOME_KEY", "management key"}};
    const std::string_view unset[] = {"SOME_URL"};
    const auto told = [&](const std::string& text) {
        return in_words_of_questions(text, names, unset, "https://keys.example.org");
    };
    EXPECT_EQ(told("check SOME_KEY and PUBLIC_URL"), "check the management key and the public address");
    EXPECT_EQ(told("401 (is SOME_KEY a management key?)"), "401 (is this a management key?)");
    EXPECT_EQ(told("callback URL: <PUBLIC_URL>/auth/callback"), "callback URL: https://keys.example.org/auth/callback");
    EXPECT_EQ(told("check the network and SOME_URL, and try again"), "check the network, and try again");
    EXPECT_EQ(told("SOME_KEY_FILE and AWESOME_KEY"), "SOME_KEY_FILE and AWESOME_KEY");
}

TEST(SetupWordsTest, TwoWaysMakeTheCreditsLastADay) {
    Terms terms;
    terms.max_total_keys = 500;
    terms.daily_limit = base::MicroUsd{10'000'000};
    const auto ways = [&](std::int64_t micros) { return ways_to_a_day(terms, base::MicroUsd{micros}); };
    EXPECT_EQ(ways(1'234'000'000),
              (std::vector<std::string>{"a lower cap:  KEY_DAILY_LIMIT_USD=2.46", "fewer seats:  MAX_TOTAL_KEYS=123"}));
    EXPECT_EQ(ways(9'000'000), (std::vector<std::string>{"a lower cap:  KEY_DAILY_LIMIT_USD=0.01"}));
    EXPECT_TRUE(ways(5'000'000'000).empty()) << "they last a day";
    EXPECT_FALSE(ways(4'999'999'999).empty());
    EXPECT_TRUE(ways(0).empty());
    EXPECT_TRUE(ways(-200'000).empty());
    EXPECT_TRUE(ways_to_a_day(terms, std::nullopt).empty());
    terms.max_total_keys = 0;
    EXPECT_TRUE(ways(5'000'000).empty());
}

TEST(SetupWordsTest, TheWorstCaseIsComparedWithTheCredits) {
    Terms terms;
    terms.max_total_keys = 500;
    terms.daily_limit = base::MicroUsd{10'000'000};
    const auto told = [&](std::int64_t dollars) { return worst_case(terms, base::MicroUsd{dollars * 1'000'000}); };
    EXPECT_NE(told(100).find("$5,000.00 a day: 500 seats at $10.00. $100.00 of credits last less than a day then."),
              std::string::npos)
        << told(100);
    EXPECT_NE(told(5'000).find("last 1 day then."), std::string::npos);
    EXPECT_NE(told(15'000).find("last 3 days then."), std::string::npos);
    EXPECT_NE(told(0).find("There are no credits."), std::string::npos);
    EXPECT_EQ(worst_case(terms, std::nullopt).find("credits"), std::string::npos);
    terms.max_total_keys = 0;
    EXPECT_NE(told(5).find("no limit on what all keys together can spend"), std::string::npos);
}

}  // namespace
}  // namespace llmapikey::cli
