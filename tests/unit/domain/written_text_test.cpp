#include "domain/written_text.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/nearest.hpp"

namespace llmapikey::test {
namespace {

using domain::check_text;
using domain::reason_rule;

TEST(WrittenText, IsTakenWithoutBlanksAround) {
    EXPECT_EQ(check_text("  leaked in a chat \t", reason_rule).value(), "leaked in a chat");
    EXPECT_EQ(check_text("w\xc3\xb6rter \xf0\x9f\x94\x91", reason_rule).value(), "w\xc3\xb6rter \xf0\x9f\x94\x91");
    EXPECT_EQ(check_text(" ", domain::optional_reason_rule).value(), "");
}

TEST(WrittenText, CountsCharactersAndNotBytes) {
    std::string letters;
    for (int i = 0; i < 500; ++i)
        letters += "\xc3\xa4";
    EXPECT_TRUE(check_text(letters, reason_rule));
    EXPECT_FALSE(check_text(letters + "x", reason_rule));
}

TEST(WrittenText, WhatCannotBeShownOrIsMissingIsRefusedByName) {
    for (const std::string bad :
         {"", "  ", "a\xff", "\xc3", "a\nb", "a\x1b[31m", "\x7f", "a\xc2\x85", "a\xe2\x80\xa8", "\xed\xa0\x80"}) {
        const auto checked = check_text(bad, reason_rule);
        ASSERT_FALSE(checked) << base::to_printable(bad);
        EXPECT_EQ(checked.error().code, base::Errc::invalid_input);
        EXPECT_TRUE(checked.error().detail.starts_with("reason ")) << checked.error().detail;
    }
    EXPECT_FALSE(check_text(std::string(1, '\0'), reason_rule));
}

TEST(WrittenText, HoldsNoWholeKey) {
    for (const std::string bad : {"leaked: sk-or-v1-0123456789abcdef", "SK-OR-V1-0123"}) {
        const auto checked = check_text(bad, reason_rule);
        ASSERT_FALSE(checked) << bad;
        EXPECT_EQ(checked.error().code, base::Errc::invalid_input);
        EXPECT_TRUE(checked.error().detail.starts_with("reason ")) << checked.error().detail;
        EXPECT_EQ(checked.error().detail.find("0123"), std::string::npos);
    }
    EXPECT_TRUE(check_text("the key that ends in cdef", reason_rule));
}

TEST(ValidUtf8, KeepsWhatIsWellFormedAndMarksTheRest) {
    EXPECT_EQ(base::to_valid_utf8("plain \xc3\xa4"), "plain \xc3\xa4");
    EXPECT_EQ(base::to_valid_utf8("a\xff\xc3z"), "a\xef\xbf\xbd\xef\xbf\xbdz");
    EXPECT_EQ(base::to_valid_utf8("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    EXPECT_TRUE(base::is_text(base::to_valid_utf8("\xf0\x9f\x94")));
}

TEST(Nearest, IsTheOneThatWasLikelyMeant) {
    const std::vector<std::string> known{"github_user_id", "github_username", "reason", "hold", "daily_limit_usd"};
    EXPECT_EQ(base::nearest("resaon", known), "reason");
    EXPECT_EQ(base::nearest("githubUserId", known), "github_user_id");
    EXPECT_EQ(base::nearest("daily-limit", known), "daily_limit_usd");
    EXPECT_EQ(base::nearest("MAX_TOTAL_KEYS", known), "");
    EXPECT_EQ(base::nearest("", known), "");
}

}  // namespace
}  // namespace llmapikey::test
