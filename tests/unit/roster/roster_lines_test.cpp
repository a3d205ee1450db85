#include "roster/roster_lines.hpp"

#include <gtest/gtest.h>

namespace llmapikey::test {
namespace {

std::vector<std::string> problems_of(std::string_view text) {
    std::vector<std::string> problems;
    for (const LineProblem& problem : parse_roster_lines(text).problems)
        problems.push_back(problem.text);
    return problems;
}

TEST(RosterLines, ALoginMayBeWrittenInSeveralWays) {
    for (const char* typed : {"octocat", " octocat\t", "@octocat", "https://github.com/octocat",
                              "http://www.github.com/octocat/", "github.com/octocat?tab=repositories",
                              "https://git.example.edu/octocat#top", "octocat,", "\n\noctocat\r\n"}) {
        const auto read = parse_roster_lines(typed);
        ASSERT_EQ(read.lines.size(), 1u) << typed;
        EXPECT_TRUE(read.problems.empty()) << typed;
        EXPECT_EQ(read.lines[0].login, "octocat") << typed;
        EXPECT_EQ(read.lines[0].name, "") << typed;
    }
}

TEST(RosterLines, ANameFollowsTheFirstComma) {
    const auto read = parse_roster_lines("ada, Ada Lovelace\r\n\r\n@grace,Hopper, Grace \nlinus");
    ASSERT_EQ(read.lines.size(), 3u);
    EXPECT_EQ(read.lines[0].name, "Ada Lovelace");
    EXPECT_EQ(read.lines[1].name, "Hopper, Grace");
    EXPECT_EQ(read.lines[1].number, 3) << "empty lines count";
    EXPECT_EQ(read.lines[2].name, "");
}

TEST(RosterLines, WhatSpreadsheetsExportIsRead) {
    const auto read = parse_roster_lines(
        "\xef\xbb\xbfGitHub username,Full name\r\n\"octocat\",\"Ada \"\"A\"\" Lovelace, PhD\"\r\n"
        "grace;Grace Hopper\nlinus\tLinus T.\n\u00a0mona\u00a0\n\"@hubot\"\n");
    EXPECT_TRUE(read.problems.empty());
    ASSERT_EQ(read.lines.size(), 5u);
    EXPECT_EQ(read.lines[0].login, "octocat");
    EXPECT_EQ(read.lines[0].name, "Ada \"A\" Lovelace, PhD");
    EXPECT_EQ(read.lines[0].number, 2) << "the line that names the columns counts";
    EXPECT_EQ(read.lines[1].name, "Grace Hopper");
    EXPECT_EQ(read.lines[2].name, "Linus T.");
    EXPECT_EQ(read.lines[3].login, "mona");
    EXPECT_EQ(read.lines[4].login, "hubot");
}

TEST(RosterLines, OnlyAFirstLineNamesColumns) {
    EXPECT_EQ(parse_roster_lines("login,name\nlogin,name").lines.size(), 1u);
    EXPECT_EQ(parse_roster_lines("login").lines.size(), 1u) << "somebody may be called so";
    EXPECT_EQ(parse_roster_lines("login,Ada").lines.size(), 1u);
}

TEST(RosterLines, AnAddressOfAnotherServiceIsNoProfile) {
    EXPECT_EQ(problems_of("https://gitlab.com/ada\nwww.linkedin.com/ada").size(), 2u);
    EXPECT_EQ(parse_roster_lines("https://github.com/gitlab.ada").problems.size(), 1u) << "no login has a dot";
}

TEST(RosterLines, NonsenseIsNamedLineByLine) {
    EXPECT_EQ(problems_of("ada\ntwo words\n, Nobody\nhttps://github.com/ada/notes\nhttps://github.com/\n-x"),
              (std::vector<std::string>{
                  "Line 2: 'two words' is neither a GitHub login nor the address of a profile.",
                  "Line 3: '' is neither a GitHub login nor the address of a profile.",
                  "Line 4: 'https://github.com/ada/notes' is neither a GitHub login nor the address of a profile.",
                  "Line 5: 'https://github.com/' is neither a GitHub login nor the address of a profile.",
                  "Line 6: '-x' is neither a GitHub login nor the address of a profile."}));
    EXPECT_EQ(problems_of("ada, " + std::string(101, 'x')).size(), 1u);
    EXPECT_EQ(problems_of("ada,\x01").size(), 1u);
    EXPECT_EQ(problems_of(std::string(300, 'y')).at(0).find(std::string(61, 'y')), std::string::npos);
}

TEST(RosterLines, TheSameLoginTwiceCountsOnce) {
    const auto read = parse_roster_lines("ada\n\n@ADA, again\nada\ngrace");
    EXPECT_TRUE(read.problems.empty());
    EXPECT_EQ(read.lines.size(), 2u);
    EXPECT_EQ(read.repeated, 2);
}

TEST(RosterLines, AKeyThatWasPastedByMistakeIsNotRepeated) {
    const std::string digits(64, 'a');
    for (const std::string& pasted : {"sk-or-v1-" + digits, digits, "ada, sk-or-v1-" + digits}) {
        const auto problems = problems_of(pasted);
        ASSERT_EQ(problems.size(), 1u) << pasted;
        EXPECT_EQ(problems[0].find("aaaa"), std::string::npos) << problems[0];
    }
}

}  // namespace
}  // namespace llmapikey::test
