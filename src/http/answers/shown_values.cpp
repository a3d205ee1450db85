#include "http/answers/shown_values.hpp"

#include "base/encoding.hpp"
#include "languages/catalog.hpp"

namespace llmapikey {

std::string date_text(base::Timestamp time) {
    return base::to_date(time);
}

std::string time_of_day_text(base::Timestamp time) {
    return base::to_rfc3339(time).substr(11, 5) + " UTC";
}

std::string minute_text(base::Timestamp time) {
    return date_text(time) + " " + time_of_day_text(time);
}

ShownTime shown_date(base::Timestamp time, Language language) {
    return {base::to_rfc3339(time), minute_text(time), long_date_text(time, language)};
}

ShownTime shown_time_of_day(base::Timestamp time) {
    return {base::to_rfc3339(time), minute_text(time), time_of_day_text(time)};
}

ShownTime shown_minute(base::Timestamp time, Language language) {
    return {base::to_rfc3339(time), minute_text(time), long_date_text(time, language) + ", " + time_of_day_text(time)};
}

std::string age_text(base::Seconds age, Language language) {
    const auto seconds = age.count();
    if (seconds < 1) return std::string(translated(language, "just now"));
    if (seconds < 120) return counted(language, seconds, "second ago");
    if (seconds < 2 * 3'600) return counted(language, seconds / 60, "minute ago");
    if (seconds < 2 * 86'400) return counted(language, seconds / 3'600, "hour ago");
    return counted(language, seconds / 86'400, "day ago");
}

std::string span_text(base::Seconds span, Language language) {
    const auto minutes = std::chrono::ceil<std::chrono::minutes>(span).count();
    const std::string rest = std::to_string(minutes % 60);
    if (minutes < 60) return translated(language, "{minutes}\u00a0min", {{"minutes", rest}});
    return translated(language, "{hours}\u00a0h\u00a0{minutes}\u00a0min",
                      {{"hours", std::to_string(minutes / 60)}, {"minutes", rest}});
}

ShownAge shown_age(base::Timestamp time, base::Timestamp now, Language language) {
    const std::string at = base::to_rfc3339(time);
    return {at, at.substr(0, 10) + " " + at.substr(11, 8) + " UTC", age_text(now - time, language)};
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
