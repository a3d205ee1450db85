#include "insight/credits_outlook.hpp"

#include <gtest/gtest.h>

#include <string>

#include "insight/statistics.hpp"

namespace llmapikey {
namespace {

using Kind = CreditsOutlook::Kind;
constexpr std::int64_t dollar = 1'000'000;

// Noon of a day.
const base::Timestamp now{base::Seconds{1'900'065'600}};

// Thirty days of which the last ones have spent so many dollars.
std::vector<DayStatistics> days(const std::vector<double>& last) {
    std::vector<DayStatistics> all(30);
    for (std::size_t i = 0; i < last.size(); ++i)
        all[30 - last.size() + i].spent = base::MicroUsd::from_usd(last[i]);
    return all;
}

struct Case {
    std::string name;
    std::optional<double> left, caps;
    std::optional<std::vector<DayStatistics>> days;
    Kind kind;
    double hours = 0;  // from now, for Kind::until
};

class CreditsOutlookTest : public testing::TestWithParam<Case> {};

TEST_P(CreditsOutlookTest, SaysHowLongTheyLast) {
    const Case& its = GetParam();
    const auto amount = [](std::optional<double> usd) {
        return usd ? std::optional(base::MicroUsd::from_usd(*usd)) : std::nullopt;
    };
    const auto outlook = credits_outlook({amount(its.left), amount(its.caps), its.days, now});
    EXPECT_STREQ(to_text(outlook.kind), to_text(its.kind));
    ASSERT_EQ(outlook.end.has_value(), its.kind == Kind::until);
    const auto hours = outlook.end ? static_cast<double>((*outlook.end - now).count()) / 3600.0 : 0.0;
    EXPECT_NEAR(hours, its.hours, 0.01);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, CreditsOutlookTest,
    testing::Values(
        Case{"NothingIsKnown", {}, {}, {}, Kind::unknown}, Case{"CreditsAreNot", {}, 10.0, days({1}), Kind::unknown},
        Case{"SpendingIsNot", 100.0, 10.0, {}, Kind::unknown}, Case{"UsedUp", 0.0, 10.0, days({1}), Kind::used_up},
        Case{"Overdrawn", -2.5, 10.0, days({1}), Kind::used_up},
        Case{"UsedUpAlsoWhereSpendingIsUnknown", -0.01, {}, {}, Kind::used_up},
        // 13 dollars in six and a half days are two a day.
        Case{"PaceOfSevenDays", 10.0, 100.0, days({2, 2, 2, 2, 2, 2, 1}), Kind::until, 120},
        Case{"EarlierDaysDoNotCount", 10.0, 100.0, days({900, 900, 2, 2, 2, 2, 2, 2, 1}), Kind::until, 120},
        Case{"DaysWithoutSpendingCount", 10.0, 100.0, days({900, 0, 0, 0, 0, 0, 0, 6.5}), Kind::until, 240},
        Case{"ABusyMorningIsNoPace", 50.0, 10.0, days({1, 1, 1, 1, 1, 1, 10}), Kind::until, 50.0 / (16 / 156.0)},
        // On the first day, twenty dollars by noon are forty a day; but all caps together allow
        // ten.
        Case{"NeverFasterThanAllCaps", 50.0, 10.0, days({20}), Kind::until, 120},
        Case{"WithoutCapsAsItIs", 50.0, {}, days({20}), Kind::until, 30},
        Case{"ANewInstallationsDaysCountFromItsFirst", 30.0, 100.0, days({20, 10}), Kind::until, 36},
        Case{"NothingSpent", 50.0, 10.0, days({}), Kind::lasting},
        Case{"NothingSpentForAWeek", 50.0, 10.0, days({9, 0, 0, 0, 0, 0, 0, 0}), Kind::lasting},
        Case{"NoKeyMaySpend", 50.0, 0.0, days({1, 1, 1}), Kind::lasting},
        Case{"ForYears", 50'000.0, 10.0, days({0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01}), Kind::lasting},
        Case{"NoDays", 50.0, 10.0, std::vector<DayStatistics>(), Kind::lasting}),
    [](const auto& its) { return its.param.name; });

TEST(CreditsOutlook, TheFirstHourIsAnHour) {
    const base::Timestamp midnight{std::chrono::floor<std::chrono::days>(now)};
    const auto outlook = credits_outlook(
        {base::MicroUsd{10 * dollar}, base::MicroUsd{1000 * dollar}, days({1}), midnight + base::Seconds{1}});
    EXPECT_EQ(outlook.end, midnight + base::Seconds{1} + std::chrono::hours{10});
}

}  // namespace
}  // namespace llmapikey
