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

TEST(SetupWordsTest, OnlyThisMachineOpensLoopbackWithoutTls) {
    for (const char* const url : {"http://127.0.0.1:3000", "http://localhost", "http://[::1]:3000", "http://127.1.2.3"})
        EXPECT_TRUE(is_loopback_origin(url)) << url;
    for (const char* const url : {"https://127.0.0.1", "http://10.0.0.1", "http://localhost.example.org",
                                  "http://127.example.org", "http://127.0.0.1.example.org", "nonsense"})
        EXPECT_FALSE(is_loopback_origin(url)) << url;
}

TEST(SetupWordsTest, TheServiceListensWhereThisMachineOpensIt) {
    EXPECT_EQ(listen_address_of("http://localhost:8080"), "127.0.0.1:8080");
    EXPECT_EQ(listen_address_of("http://127.0.0.1"), "127.0.0.1:80");
    EXPECT_EQ(listen_address_of("http://127.1:3000"), "127.0.0.1:3000");
    EXPECT_EQ(listen_address_of("http://[::1]:3000"), "[::1]:3000");
    EXPECT_EQ(origin_on_this_machine("0.0.0.0:3000"), "http://127.0.0.1:3000");
    EXPECT_EQ(origin_on_this_machine("[::1]:3000"), "http://[::1]:3000");
    EXPECT_EQ(origin_on_this_machine(""), "http://127.0.0.1:3000");
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
