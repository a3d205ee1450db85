#include "spending/day_chart.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

constexpr std::chrono::sys_days last_day = std::chrono::year{2027} / 2 / 22;
constexpr std::int64_t dollar = 1'000'000;

std::vector<DayValue> days_of(const std::vector<std::int64_t>& values) {
    std::vector<DayValue> days;
    auto day = last_day - std::chrono::days{values.size()};
    for (const std::int64_t value : values)
        days.push_back({day += std::chrono::days{1}, value});
    return days;
}

TEST(DayChartTest, TheTopIsRoundAndItsHalfIsWhole) {
    for (const auto& [value, top] : std::vector<std::pair<std::int64_t, std::int64_t>>{{0, 2},
                                                                                       {1, 2},
                                                                                       {2, 2},
                                                                                       {3, 4},
                                                                                       {5, 10},
                                                                                       {9, 10},
                                                                                       {11, 20},
                                                                                       {196, 200},
                                                                                       {201, 400},
                                                                                       {10 * dollar, 10 * dollar}})
        EXPECT_EQ(round_top(value), top) << value;
}

TEST(DayChartTest, TheTopIsNeverBelowTheCap) {
    const Chart chart = day_chart(money_words("Spent"), days_of({dollar, 2 * dollar}),
                                  ChartCap{10 * dollar, "daily cap $10.00", "cap $10.00"});
    ASSERT_EQ(chart.wide.grid.size(), 3u);
    EXPECT_EQ(chart.wide.grid[1].text, "$5");
    EXPECT_EQ(chart.wide.grid[2].text, "$10");
    ASSERT_TRUE(chart.wide.cap);
    EXPECT_EQ(chart.wide.cap->y, chart.wide.top) << "the cap is the top here";
    EXPECT_EQ(chart.narrow.cap->text, "cap $10.00");
}

TEST(DayChartTest, ADayWithAnythingAtAllHasABarAndADayWithoutHasNone) {
    const Chart chart = day_chart(money_words("Spent"), days_of({0, 1, 100 * dollar}), std::nullopt);
    EXPECT_EQ(std::ranges::count(chart.wide.bars, 'M'), 2);
    EXPECT_NE(chart.wide.bars.find("v-2h"), std::string::npos) << chart.wide.bars;
}

TEST(DayChartTest, EachDayShowsItsValueAndNoValueLeavesTheDrawing) {
    const Chart chart = day_chart(money_words("Spent"), days_of(std::vector<std::int64_t>(90, dollar)), std::nullopt);
    ASSERT_EQ(chart.wide.days.size(), 90u);
    EXPECT_EQ(chart.wide.days.back().label, "22 Feb: $1.00");
    for (const ChartDrawing::Day& day : chart.wide.days) {
        EXPECT_GE(day.tip_x, chart.wide.left);
        EXPECT_LE(day.tip_x + day.tip_width, chart.wide.right);
    }
    EXPECT_TRUE(chart.narrow.days.empty());
    EXPECT_EQ(chart.rows.size(), 90u);
    EXPECT_EQ(chart.rows.front().day, "2026-11-25");
}

TEST(DayChartTest, DatesDoNotTouchEachOther) {
    for (const std::size_t count : {7u, 30u, 90u}) {
        const Chart chart = day_chart(count_words("Keys"), days_of(std::vector<std::int64_t>(count, 1)), std::nullopt);
        EXPECT_EQ(chart.wide.dates.front().text, "today");
        for (const ChartDrawing* drawing : {&chart.wide, &chart.narrow})
            for (std::size_t i = 1; i < drawing->dates.size(); ++i)
                EXPECT_GE(drawing->dates[i - 1].x - drawing->dates[i].x, 44) << count << " days, date " << i;
    }
}

}  // namespace
}  // namespace llmapikey
