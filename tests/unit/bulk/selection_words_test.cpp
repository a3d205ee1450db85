#include "bulk/selection_words.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "base/plural.hpp"

namespace llmapikey {
namespace {

std::string words_of(const std::string& selection) {
    const auto parsed = parse_bulk_selection(selection, *base::parse_rfc3339("2027-03-01T12:30:00Z"));
    return parsed ? in_words(*parsed) : parsed.error().detail;
}

TEST(SelectionWords, SayWhichKeysAreMeant) {
    EXPECT_EQ(words_of("state=active&not_used_since=2027-02-22"),
              "keys that people have that were not used since 2027-02-22");
    EXPECT_EQ(words_of("q=hack-&unused=1&expires_within=1"),
              "keys in any state that match the search 'hack-', have spent nothing yet and expire within 1 day");
    EXPECT_EQ(words_of("state=expired"), "expired keys");
    EXPECT_EQ(words_of("state=disabled&from=2027-02-01&to=2027-02-03&expires_within=7"),
              "keys that are switched off that expire within 7 days, were made on 2027-02-01 or later and were made "
              "on 2027-02-03 or before");
    EXPECT_EQ(words_of("state=at_cap"), "keys at today's cap");
    EXPECT_EQ(words_of("state=near_cap&q=hack-"), "keys near today's cap that match the search 'hack-'");
    EXPECT_EQ(words_of("state=expiring"), "active keys that expire within 7 days");
    EXPECT_EQ(words_of("state=never_used"), "active keys that have spent nothing yet");
    EXPECT_EQ(words_of("state=missing"), "missing keys");
    EXPECT_EQ(words_of("state=ambiguous"), "keys in doubt");
    EXPECT_EQ(words_of("state=waiting&q=ada"), "keys that people wait for that match the search 'ada'");
    EXPECT_EQ(words_of("state=blocked"), "keys of blocked people");
    EXPECT_EQ(words_of("state=on_hold"), "keys of people on hold");
    EXPECT_EQ(words_of("all=true"), "every key");
    EXPECT_EQ(words_of("state=active"), "every active key");
    EXPECT_EQ(words_of("ids=0198c5a2-0000-7000-8000-000000000001"), "the keys that were chosen");
}

TEST(Plural, IsOnlyForOtherThanOne) {
    EXPECT_EQ(base::counted(0, "key"), "0 keys");
    EXPECT_EQ(base::counted(1, "key"), "1 key");
    EXPECT_EQ(base::counted(2, "key"), "2 keys");
    EXPECT_EQ(base::counted(1, "entry", "entries"), "1 entry");
    EXPECT_EQ(base::counted(3, "entry", "entries"), "3 entries");
}

}  // namespace
}  // namespace llmapikey
