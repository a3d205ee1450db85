#include "keys/key_outcome.hpp"

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "http/answers/error_response.hpp"
#include "keys/issue_answer.hpp"

namespace llmapikey::test {
namespace {

TEST(KeyOutcomes, HaveNamesOfTheirOwn) {
    std::set<std::string_view> names;
    for (const KeyOutcomeRow& row : key_outcomes())
        EXPECT_TRUE(names.insert(row.name).second) << row.name;
}

TEST(KeyOutcomes, TellRecipientsInTheWordsOfTheContract) {
    const std::set<std::string_view> words{"created", "exists", "in_progress", "paused", "full", "error", "given_back"};
    for (const KeyOutcomeRow& row : key_outcomes()) {
        if (row.json_status.empty()) continue;
        EXPECT_TRUE(words.contains(row.json_status)) << row.name;
        EXPECT_FALSE(row.message.empty()) << row.name;
    }
}

TEST(KeyOutcomes, OfOneWordAreToldAlike) {
    std::map<std::string_view, std::string_view> texts;
    for (const KeyOutcomeRow& row : key_outcomes()) {
        if (row.word.empty()) continue;
        EXPECT_EQ(texts.emplace(row.word, row.console_text).first->second, row.console_text) << row.name;
        EXPECT_EQ(find_key_outcome(row.word)->console_text, row.console_text);
        EXPECT_TRUE(!row.notice.empty() || !row.console_text.empty()) << row.name;
    }
    EXPECT_EQ(find_key_outcome(""), nullptr);
    EXPECT_EQ(find_key_outcome("no such word"), nullptr);
}

TEST(KeyOutcomes, ANoticeStandsWhereTheRedirectLeads) {
    for (const KeyOutcomeRow& row : key_outcomes()) {
        if (!row.notice.empty()) {
            EXPECT_EQ(find_key_outcome(row.word)->notice, row.notice) << row.name;
        }
    }
}

TEST(KeyOutcomes, AFailureSaysWhetherTheProviderAsksToSlowDown) {
    IssueAnswer answer;
    answer.error.code = base::Errc::upstream_down;
    EXPECT_EQ(row_of(answer).word, "upstream");
    answer.error.code = base::Errc::rate_limited;
    EXPECT_EQ(row_of(answer).word, "rate-limited");
    const auto response = issue_json(answer, ShowKey::yes, "the provider");
    EXPECT_EQ(response.status, status_of(base::Errc::rate_limited));
    EXPECT_NE(response.body.find(R"("status":"error")"), std::string::npos);
}

TEST(DashboardStates, TellOfEveryStatus) {
    std::set<std::string_view> sections;
    for (const GrantStatus status : all_statuses())
        EXPECT_TRUE(sections.insert(to_text(state_of(status))).second);
    EXPECT_TRUE(is_passing(state_of(GrantStatus::replacing)));
    EXPECT_FALSE(is_passing(state_of(GrantStatus::active)));
}

}  // namespace
}  // namespace llmapikey::test
