#include "keys/grant_query.hpp"

#include <gtest/gtest.h>

#include <map>

namespace llmapikey::test {
namespace {

base::Result<GrantQuery> parse(const std::map<std::string, std::string>& fields) {
    const base::Timestamp now{base::Seconds{1'790'000'000}};
    return parse_grant_query(
        [&](std::string_view name) {
            const auto found = fields.find(std::string(name));
            return found == fields.end() ? std::string() : found->second;
        },
        now);
}

TEST(GrantQueryFields, NothingMeansEverythingTheNewestFirst) {
    const auto query = parse({});
    EXPECT_FALSE(query->status || query->is_expired || query->is_disabled || query->expires_by || query->is_unused);
    EXPECT_EQ(query->order, GrantOrder::newest);
}

TEST(GrantQueryFields, AStateIsAStatusOrMoreThanThat) {
    EXPECT_EQ(parse({{"state", "pending"}})->status, GrantStatus::pending);
    EXPECT_EQ(parse({{"state", "expired"}})->is_expired, true);
    EXPECT_EQ(parse({{"state", "disabled"}})->status, GrantStatus::active);
    EXPECT_EQ(parse({{"state", "at_cap"}})->cap_use, CapUse::reached);
    EXPECT_EQ(parse({{"state", "blocked"}})->hold, HoldLength::for_good);
    const auto unused = parse({{"state", "never_used"}, {"unused", "0"}});
    EXPECT_TRUE(unused->is_usable && unused->is_unused);
}

TEST(GrantQueryFields, TheNearerOfTwoExpiriesCounts) {
    const auto query = parse({{"state", "expiring"}, {"expires_within", "2"}});
    EXPECT_EQ(*query->expires_by - query->now, std::chrono::days{2});
    EXPECT_EQ(*parse({{"state", "expiring"}, {"expires_within", "30"}})->expires_by - query->now, expires_soon);
}

TEST(GrantQueryFields, ADayCountsWhole) {
    const auto query = parse({{"from", "2026-02-01"}, {"to", "2026-02-01"}});
    EXPECT_EQ(*query->created_before - *query->created_from, std::chrono::hours{24});
}

TEST(GrantQueryFields, LastUseIsAFilterAndAnOrder) {
    const auto query = parse({{"not_used_since", "2026-02-01"}, {"sort", "last_used"}});
    EXPECT_EQ(day_text(query->not_used_since.value()), "2026-02-01");
    EXPECT_EQ(query->order, GrantOrder::unused_longest);
    EXPECT_FALSE(parse({{"not_used_since", "yesterday"}}));
}

TEST(GrantQueryFields, WhatMakesNoSenseIsNamed) {
    for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{{"state", "gone"},
                                                                                      {"sort", "random"},
                                                                                      {"from", "2026-02-30x"},
                                                                                      {"to", "2026"},
                                                                                      {"expires_within", "-1"},
                                                                                      {"expires_within", "99999999"}}) {
        const auto query = parse({{name, value}});
        ASSERT_FALSE(query) << name << "=" << value;
        EXPECT_NE(query.error().detail.find(name), std::string::npos) << query.error().detail;
    }
}

}  // namespace
}  // namespace llmapikey::test
