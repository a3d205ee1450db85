#include "insight/credits_outlook.hpp"

#include <algorithm>
#include <chrono>

#include "insight/statistics.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t pace_days = 7;
constexpr base::Seconds pace_time_min{std::chrono::hours{1}};
constexpr double day_seconds = 86'400;
constexpr double outlook_max_seconds = 10 * 365.25 * day_seconds;

// Millionths of a dollar a second.
double pace_of(const std::vector<DayStatistics>& days, base::Timestamp now) {
    const auto is_known = [](const DayStatistics& day) {
        return day.issued > 0 || day.ended > 0 || day.spent.value > 0;
    };
    auto first = std::find_if(days.begin(), days.end(), is_known);
    const auto most = static_cast<std::ptrdiff_t>(std::min(days.size(), pace_days));
    first = std::max(first, days.end() - most);
    double spent = 0;
    for (auto day = first; day != days.end(); ++day)
        spent += static_cast<double>(day->spent.value);
    if (first == days.end()) return 0;
    const auto begun = std::chrono::floor<std::chrono::days>(now) - std::chrono::days{days.end() - first - 1};
    const base::Seconds elapsed = std::max<base::Seconds>(now - begun, pace_time_min);
    return spent / static_cast<double>(elapsed.count());
}

}  // namespace

const char* to_text(CreditsOutlook::Kind kind) {
    switch (kind) {
        case CreditsOutlook::Kind::unknown:
            return "unknown";
        case CreditsOutlook::Kind::used_up:
            return "used_up";
        case CreditsOutlook::Kind::until:
            return "until";
        case CreditsOutlook::Kind::lasting:
            return "lasting";
    }
    return "";
}

CreditsOutlook credits_outlook(const CreditsSituation& situation) {
    using Kind = CreditsOutlook::Kind;
    if (!situation.left) return {Kind::unknown, {}};
    if (situation.left->value <= 0) return {Kind::used_up, {}};
    if (!situation.days) return {Kind::unknown, {}};
    double pace = pace_of(*situation.days, situation.now);
    if (situation.caps_per_day) pace = std::min(pace, static_cast<double>(situation.caps_per_day->value) / day_seconds);
    if (pace <= 0) return {Kind::lasting, {}};
    const double seconds = static_cast<double>(situation.left->value) / pace;
    if (seconds >= outlook_max_seconds) return {Kind::lasting, {}};
    return {Kind::until, situation.now + base::Seconds{static_cast<std::int64_t>(seconds)}};
}

}  // namespace llmapikey
