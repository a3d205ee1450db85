#include "spending/day_chart.hpp"

#include <algorithm>

namespace llmapikey {
namespace {

constexpr int chart_height = 100;
constexpr int bar_step = 10;

// A day with anything at all can be seen.
int height_of(std::int64_t value, std::int64_t most) {
    if (most <= 0 || value <= 0) return 0;
    return std::max(2, static_cast<int>(static_cast<double>(value) / static_cast<double>(most) * chart_height));
}

}  // namespace

Chart day_chart(const std::string& title, const std::vector<DayValue>& days,
                const std::function<std::string(std::int64_t)>& text_of) {
    Chart chart;
    chart.title = title;
    std::int64_t most = 0;
    for (const DayValue& day : days)
        most = std::max(most, day.value);
    chart.most = text_of(most);
    for (const DayValue& day : days) {
        Bar bar;
        bar.x = static_cast<int>(chart.bars.size()) * bar_step + 1;
        bar.height = height_of(day.value, most);
        bar.y = chart_height - bar.height;
        bar.day = day.day;
        bar.value = text_of(day.value);
        bar.label = day.day + ": " + bar.value;
        chart.bars.push_back(std::move(bar));
    }
    return chart;
}

}  // namespace llmapikey
