#include "web/shown_values.hpp"

#include <cstdio>

#include "base/encoding.hpp"

namespace llmapikey::web {

std::string date_text(base::Timestamp time) {
    return base::to_rfc3339(time).substr(0, 10);
}

std::string time_of_day_text(base::Timestamp time) {
    return base::to_rfc3339(time).substr(11, 5) + " UTC";
}

std::string minute_text(base::Timestamp time) {
    return date_text(time) + " " + time_of_day_text(time);
}

std::string dollars_text(base::MicroUsd amount) {
    char text[40];
    std::snprintf(text, sizeof text, "%.2f", amount.usd());
    return text;
}

std::string masked_key_text(const std::string& hint) {
    return "sk-or-v1-…" + hint;
}

}  // namespace llmapikey::web
