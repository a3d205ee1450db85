#include "people/people_query.hpp"

#include <gtest/gtest.h>

#include <map>

namespace llmapikey::test {
namespace {

base::Result<PeopleQuery> parse(const std::map<std::string, std::string>& fields) {
    return parse_people_query(
        [&](std::string_view name) {
            const auto found = fields.find(std::string(name));
            return found == fields.end() ? std::string() : found->second;
        },
        base::Timestamp{base::Seconds{1'790'000'000}});
}

TEST(PeopleQueryFields, NothingMeansEverybodyWithThoseWhoSpendMostTodayFirst) {
    const auto query = parse({});
    EXPECT_EQ(query->order, PeopleOrder::today);
    EXPECT_TRUE(query->is_descending && query->state.empty() && query->filters.search.empty());
}

TEST(PeopleQueryFields, EachOrderHasADirectionAndCanBeTurnedRound) {
    EXPECT_FALSE(parse({{"sort", "person"}})->is_descending);
    EXPECT_TRUE(parse({{"sort", "person"}, {"dir", "desc"}})->is_descending);
    EXPECT_FALSE(parse({{"sort", "today"}, {"dir", "asc"}})->is_descending);
    EXPECT_FALSE(parse({{"sort", "today"}, {"dir", "up"}}));
    EXPECT_FALSE(parse({{"sort", "random"}}));
}

TEST(PeopleQueryFields, TheOrdersOfTheListOfKeysAreUnderstood) {
    const auto newest = parse({{"sort", "newest"}}), spent = parse({{"sort", "spent"}}),
               expiry = parse({{"sort", "expiry"}});
    EXPECT_EQ(newest->order, PeopleOrder::created);
    EXPECT_TRUE(newest->is_descending);
    EXPECT_EQ(spent->order, PeopleOrder::total);
    EXPECT_TRUE(spent->is_descending);
    EXPECT_EQ(expiry->order, PeopleOrder::expires);
    EXPECT_FALSE(expiry->is_descending || parse({{"sort", "last_used"}})->is_descending);
    EXPECT_EQ(to_text(newest->order), "created") << "links are written in the new words";
}

TEST(PeopleQueryFields, AStateIsOneOfTheWords) {
    for (const std::string& state : people_states())
        EXPECT_EQ(parse({{"state", state}})->state, state);
    const auto wrong = parse({{"state", "gone"}});
    ASSERT_FALSE(wrong);
    EXPECT_NE(wrong.error().detail.find("ended or not_claimed"), std::string::npos) << wrong.error().detail;
    EXPECT_TRUE(parse({{"q", "@octocat"}, {"from", "2026-02-01"}})->filters.created_from);
    EXPECT_EQ(parse({{"q", "@octocat"}})->filters.search, "octocat");
    EXPECT_FALSE(parse({{"q", "sk-or-v1-" + std::string(64, 'a')}}));
}

}  // namespace
}  // namespace llmapikey::test
