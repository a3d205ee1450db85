#include "providers/postponed.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

const base::Timestamp began = std::chrono::sys_days{std::chrono::year{2027} / 2 / 1};
constexpr std::chrono::hours hour{1};

TEST(Postponed, WhatFailsIsTriedEverMoreSeldom) {
    Postponed postponed;
    base::Timestamp now = began;
    EXPECT_TRUE(postponed.is_due("a", now));
    int tries = 0;
    for (; now < began + hour; now += base::Seconds{1}) {
        if (!postponed.is_due("a", now)) continue;
        ++tries;
        postponed.note_failure("a", now);
    }
    EXPECT_GE(tries, 8);
    EXPECT_LE(tries, 14);
    EXPECT_TRUE(postponed.is_due("b", now));
    EXPECT_TRUE(postponed.is_due("a", began - hour)) << "the clock was set back";
    postponed.note_success("a");
    EXPECT_TRUE(postponed.is_due("a", now));
}

}  // namespace
}  // namespace llmapikey
