// How `llmapikey setup` breaks its lines.
#include "cli/setup/terminal.hpp"

#include <gtest/gtest.h>

namespace llmapikey::cli {
namespace {

TEST(WrappedTest, LinesBreakBetweenWordsAndKeepTheirIndent) {
    EXPECT_EQ(wrapped("one two three", 7), "one two\nthree");
    EXPECT_EQ(wrapped("  one two three", 9), "  one two\n    three");
    EXPECT_EQ(wrapped("one two", 7), "one two");
    EXPECT_EQ(wrapped("", 7), "");
    EXPECT_EQ(wrapped("see https://keys.example.org/a-long-path now", 10),
              "see\nhttps://keys.example.org/a-long-path\nnow");
    EXPECT_EQ(wrapped("\u00e9\u00e9\u00e9 \u00e9\u00e9\u00e9", 7), "\u00e9\u00e9\u00e9 \u00e9\u00e9\u00e9")
        << "characters are counted, and not bytes";
}

}  // namespace
}  // namespace llmapikey::cli
