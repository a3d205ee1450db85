#include "cli/setup/setup_words.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/plural.hpp"
#include "settings/settings.hpp"
#include "sign_in/sign_in.hpp"

namespace llmapikey::cli {
namespace {

constexpr std::int64_t days_told_max = 1'000;

std::string how_long(base::MicroUsd left, base::MicroUsd a_day) {
    if (left.value <= 0) return "There are no credits";
    const std::int64_t days = left.value / a_day.value;
    const std::string credits = base::to_money(left) + " of credits last ";
    if (days == 0) return credits + "less than a day then";
    return credits + (days > days_told_max ? "years" : base::counted(days, "day")) + " then";
}

bool is_of_name(char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

// Replaces a text that is not a part of a longer name.
std::string with_replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
        const std::size_t end = at + from.size();
        const bool is_part = (at > 0 && is_of_name(text[at - 1]) && is_of_name(from.front())) ||
                             (end < text.size() && is_of_name(text[end]) && is_of_name(from.back()));
        if (!is_part) text.replace(at, from.size(), to);
        at += is_part ? from.size() : to.size();
    }
    return text;
}

}  // namespace

std::string in_words_of_questions(std::string text, std::span<const AskedName> names,
                                  std::span<const std::string_view> unset, const std::string& public_url) {
    text = with_replaced(std::move(text), "<PUBLIC_URL>", public_url);
    for (const std::string_view variable : unset)
        text = with_replaced(std::move(text), " and " + std::string(variable), "");
    for (const auto& [variable, words] : names) {
        const std::string name(variable);
        text = with_replaced(std::move(text), "is " + name + " a", "is this a");
        text = with_replaced(std::move(text), name, "the " + std::string(words));
    }
    return text;
}

std::vector<std::string> ways_to_a_day(const Terms& terms, std::optional<base::MicroUsd> left) {
    constexpr std::int64_t cent = 10'000;
    if (!left || left->value <= 0 || terms.max_total_keys == 0) return {};
    if (terms.daily_limit.value * terms.max_total_keys <= left->value) return {};
    std::vector<std::string> lines;
    const std::int64_t seats = left->value / terms.daily_limit.value;
    const base::MicroUsd cap{left->value / terms.max_total_keys / cent * cent};
    if (cap.value > 0) lines.push_back("a lower cap:  KEY_DAILY_LIMIT_USD=" + base::to_display(cap));
    if (seats > 0) lines.push_back("fewer seats:  MAX_TOTAL_KEYS=" + std::to_string(seats));
    return lines;
}

std::string app_creation_link(const config::Config& config, const std::string& public_url) {
    const auto field = [](const std::string& name, const std::string& value) {
        return base::to_percent_encoded("oauth_application[" + name + "]") + "=" + base::to_percent_encoded(value);
    };
    return config.github_url + "/settings/applications/new?" + field("name", config.organizer.event_name) + "&" +
           field("url", public_url) + "&" + field("callback_url", public_url + std::string(callback_path));
}

std::string worst_case(const Terms& terms, std::optional<base::MicroUsd> left) {
    std::string text = cost_of(terms);
    if (terms.max_total_keys == 0) return text;
    const base::MicroUsd a_day{terms.daily_limit.value * terms.max_total_keys};
    if (left) text += " " + how_long(*left, a_day) + ".";
    return text;
}

}  // namespace llmapikey::cli
