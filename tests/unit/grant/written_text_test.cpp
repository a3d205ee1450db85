#include "grant/written_text.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"

namespace llmapikey::test {
namespace {

TEST(WrittenText, IsTakenWithoutBlanksAround) {
    EXPECT_EQ(check_text("  leaked in a chat \t", reason_rule).value(), "leaked in a chat");
    EXPECT_EQ(check_text("w\xc3\xb6rter \xf0\x9f\x94\x91", reason_rule).value(), "w\xc3\xb6rter \xf0\x9f\x94\x91");
    EXPECT_EQ(check_text(" ", optional_reason_rule).value(), "");
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

// Zero-width space and joiner, word joiner, soft hyphen, Hangul fillers, marks of direction,
// variation selector, tag, blanks other than a space: somebody who reads the audit log later sees
// no reason at all.
TEST(WrittenText, ShowsSomething) {
    for (const std::string hidden :
         {"\xe2\x80\x8b", "\xe2\x80\x8d", "\xe2\x81\xa0", "\xc2\xad", "\xe3\x85\xa4", "\xe1\x85\x9f", "\xef\xbe\xa0",
          "\xe2\x80\x8f", "\xd8\x9c", "\xef\xb8\x8f", "\xf3\xa0\x81\x81", "\xef\xbb\xbf", "\xcd\x8f", "\xc2\xa0",
          "\xe3\x80\x80", "\xe2\xa0\x80", "\xe2\x80\x8b \xc2\xad"}) {
        for (const TextRule& rule : {reason_rule, optional_reason_rule, token_name_rule}) {
            const auto checked = check_text(hidden, rule);
            ASSERT_FALSE(checked) << base::to_printable(hidden);
            EXPECT_NE(checked.error().detail.find("cannot be seen"), std::string::npos) << checked.error().detail;
        }
        EXPECT_TRUE(check_text("a" + hidden + "b", reason_rule)) << base::to_printable(hidden);
    }
    // A family of three, an English flag, and a word of Persian: written with joiners, tags and
    // non-joiners.
    for (const std::string good :
         {"\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa6", "\xf0\x9f\x8f\xb4\xf3\xa0\x81\xa7\xf3\xa0\x81\xbf",
          "\xd9\x85\xdb\x8c\xe2\x80\x8c\xd8\xae"})
        EXPECT_TRUE(check_text(good, reason_rule)) << good;
}

TEST(WrittenText, DoesNotTurnTheDirectionOfWhatStandsAroundIt) {
    for (const std::string turning : {"\xe2\x80\xae", "\xe2\x80\xaa", "\xe2\x81\xa6", "\xe2\x81\xa9"})
        EXPECT_FALSE(check_text("paid " + turning + "001", reason_rule)) << base::to_printable(turning);
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

}  // namespace
}  // namespace llmapikey::test
