#include "http/answers/shown_values.hpp"

#include "base/encoding.hpp"
#include "base/plural.hpp"

namespace llmapikey {

std::string date_text(base::Timestamp time) {
    return base::to_rfc3339(time).substr(0, 10);
}

std::string time_of_day_text(base::Timestamp time) {
    return base::to_rfc3339(time).substr(11, 5) + " UTC";
}

std::string minute_text(base::Timestamp time) {
    return date_text(time) + " " + time_of_day_text(time);
}

std::string age_text(base::Seconds age) {
    if (age.count() < 1) return "just now";
    const bool is_minutes = age.count() >= 120;
    const auto count = is_minutes ? age.count() / 60 : age.count();
    return base::counted(count, is_minutes ? "minute" : "second") + " ago";
}

std::string masked_key_text(std::string_view prefix, const std::string& hint) {
    return std::string(prefix) + "…" + hint;
}

std::string with_provider(std::string_view text, std::string_view name) {
    return base::replaced(text, "{provider}", name);
}

}  // namespace llmapikey
