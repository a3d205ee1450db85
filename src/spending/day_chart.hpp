#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "http/answers/views.hpp"
#include "spending/spending.hpp"

namespace llmapikey {

struct DayValue {
    std::chrono::sys_days day;
    std::int64_t value = 0;  // not negative
};

// Returns each of the last `count` days, also those without spending; the last is the day of `now`.
std::vector<DayValue> last_days(const std::vector<SpendingDay>& spent, int count, base::Timestamp now);

// Returns the sum of the values, which are millionths of a dollar.
base::MicroUsd sum_of(const std::vector<DayValue>& days);

// How the values of a chart are written.
struct ChartWords {
    std::string title;                                    // "Spent per day"
    std::function<std::string(std::int64_t)> value_text;  // "$0.74"
    std::function<std::string(std::int64_t)> axis_text;   // "$5": of grid lines
    Language language = Language::english;                // of the dates
};

// A value that no bar can cross, with its name: "daily cap $10.00".
struct ChartCap {
    std::int64_t value = 0;
    std::string wide_text, narrow_text;
};

// Returns the line of a key's daily cap.
ChartCap daily_cap_line(base::MicroUsd cap, Language language = Language::english);

// Words for values in millionths of a dollar. The title is in the language.
ChartWords money_words(std::string title, Language language = Language::english);
// Words for counts.
ChartWords count_words(std::string title);

// Returns the smallest round number (1, 2, 4 or 5 times a power of ten) that is not below `value`
// and whose half is whole; at least 2.
std::int64_t round_top(std::int64_t value);

// Draws a bar for each day. The days follow each other, and the last one is today. The top of the
// chart is never below the cap.
Chart day_chart(const ChartWords& words, const std::vector<DayValue>& days, const std::optional<ChartCap>& cap);

}  // namespace llmapikey
