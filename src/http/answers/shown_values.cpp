#include "http/answers/shown_values.hpp"

#include "base/encoding.hpp"
#include "base/plural.hpp"

namespace llmapikey {
namespace {

constexpr std::string_view months[] = {"January", "February", "March",     "April",   "May",      "June",
                                       "July",    "August",   "September", "October", "November", "December"};

std::string day_and_month(base::Timestamp time, bool is_short) {
    const std::chrono::year_month_day date{std::chrono::floor<std::chrono::days>(time)};
    const std::string_view month = months[static_cast<unsigned>(date.month()) - 1];
    return std::to_string(static_cast<unsigned>(date.day())) + " " + std::string(month.substr(0, is_short ? 3 : 99));
}

}  // namespace

std::string date_text(base::Timestamp time) {
    return base::to_rfc3339(time).substr(0, 10);
}

std::string time_of_day_text(base::Timestamp time) {
    return base::to_rfc3339(time).substr(11, 5) + " UTC";
}

std::string minute_text(base::Timestamp time) {
    return date_text(time) + " " + time_of_day_text(time);
}

std::string long_date_text(base::Timestamp time) {
    return day_and_month(time, false) + " " + date_text(time).substr(0, 4);
}

std::string short_date_text(base::Timestamp time) {
    return day_and_month(time, true);
}

ShownTime shown_date(base::Timestamp time) {
    return {base::to_rfc3339(time), minute_text(time), long_date_text(time)};
}

ShownTime shown_time_of_day(base::Timestamp time) {
    return {base::to_rfc3339(time), minute_text(time), time_of_day_text(time)};
}

ShownTime shown_minute(base::Timestamp time) {
    return {base::to_rfc3339(time), minute_text(time), long_date_text(time) + ", " + time_of_day_text(time)};
}

std::string age_text(base::Seconds age) {
    const auto seconds = age.count();
    if (seconds < 1) return "just now";
    if (seconds < 120) return base::counted(seconds, "second") + " ago";
    if (seconds < 2 * 3'600) return base::counted(seconds / 60, "minute") + " ago";
    if (seconds < 2 * 86'400) return base::counted(seconds / 3'600, "hour") + " ago";
    return base::counted(seconds / 86'400, "day") + " ago";
}

std::string span_text(base::Seconds span) {
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(span).count();
    const std::string rest = std::to_string(minutes % 60) + "\u00a0min";
    return minutes < 60 ? rest : std::to_string(minutes / 60) + "\u00a0h\u00a0" + rest;
}

ShownAge shown_age(base::Timestamp time, base::Timestamp now) {
    const std::string at = base::to_rfc3339(time);
    return {at, at.substr(0, 10) + " " + at.substr(11, 8) + " UTC", age_text(now - time)};
}

std::string initials_of(std::string_view login) {
    std::string initials;
    for (const char c : login)
        if (c != '-' && initials.size() < 2) initials += c;
    return initials;
}

std::string masked_key_text(std::string_view prefix, const std::string& hint) {
    return std::string(prefix) + "…" + hint;
}

std::string with_provider(std::string_view text, std::string_view name) {
    return base::replaced(text, "{provider}", name);
}

}  // namespace llmapikey
