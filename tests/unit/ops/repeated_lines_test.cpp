#include "ops/repeated_lines.hpp"

#include <gtest/gtest.h>

namespace llmapikey::ops {
namespace {

using std::chrono::seconds;

class RepeatedLinesTest : public testing::Test {
protected:
    static std::vector<std::string> shown(const std::vector<RepeatedLines::Line>& lines) {
        std::vector<std::string> texts;
        for (const auto& line : lines)
            texts.push_back(line.text + (line.repeats > 0 ? " +" + std::to_string(line.repeats) : ""));
        return texts;
    }
    std::vector<std::string> add(const std::string& text, LogLevel level = LogLevel::warn) {
        return shown(lines_.add(level, text, text, now_));
    }
    using Texts = std::vector<std::string>;

    RepeatedLines lines_{seconds{60}, 3};
    RepeatedLines::Time now_{};
};

TEST_F(RepeatedLinesTest, TheFirstIsWrittenAndTheSameWithinAMinuteIsCounted) {
    EXPECT_EQ(add("disk full"), Texts{"disk full"});
    for (int i = 0; i < 20'000; ++i)
        EXPECT_EQ(add("disk full"), Texts{});
    now_ += seconds{60};
    EXPECT_EQ(add("disk full"), Texts{"disk full +20000"});
    EXPECT_EQ(add("disk full"), Texts{});
}

TEST_F(RepeatedLinesTest, WhatWasCountedIsToldAtTheMinutesEndThoughNoOtherFollows) {
    add("disk full");
    add("disk full");
    add("disk full");
    now_ += seconds{59};
    EXPECT_EQ(shown(lines_.take_due(now_)), Texts{});
    now_ += seconds{1};
    EXPECT_EQ(shown(lines_.take_due(now_)), Texts{"disk full +2"});
    now_ += seconds{30};
    EXPECT_EQ(add("disk full"), Texts{}) << "that line began another minute";
    now_ += seconds{30};
    EXPECT_EQ(shown(lines_.take_due(now_)), Texts{"disk full +1"});
    now_ += seconds{60};
    EXPECT_EQ(shown(lines_.take_due(now_)), Texts{}) << "nothing was left out";
    EXPECT_EQ(add("disk full"), Texts{"disk full"});
}

TEST_F(RepeatedLinesTest, OneOfAnotherLevelOrTextIsAnother) {
    add("disk full");
    EXPECT_EQ(add("disk full", LogLevel::error), Texts{"disk full"});
    EXPECT_EQ(add("disk fuller"), Texts{"disk fuller"});
}

TEST_F(RepeatedLinesTest, TheLatestOfThoseThatSayTheSameIsShown) {
    lines_.add(LogLevel::error, "not ready", "not ready id=1", now_);
    lines_.add(LogLevel::error, "not ready", "not ready id=2", now_);
    lines_.add(LogLevel::error, "not ready", "not ready id=3", now_);
    EXPECT_EQ(shown(lines_.take_all()), Texts{"not ready id=3 +2"});
    EXPECT_EQ(shown(lines_.take_all()), Texts{});
}

TEST_F(RepeatedLinesTest, OfTooManyTheOldestIsForgottenAndItsCountIsTold) {
    add("a");
    add("a");
    add("b");
    add("c");
    EXPECT_EQ(add("d"), (Texts{"a +1", "d"}));
    EXPECT_EQ(add("e"), Texts{"e"}) << "b had no count";
    EXPECT_EQ(add("c"), Texts{}) << "still known";
}

}  // namespace
}  // namespace llmapikey::ops
