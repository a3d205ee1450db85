#include "settings/setting_rules.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "base/money.hpp"
#include "base/plural.hpp"
#include "config/config.hpp"
#include "grant/grant.hpp"
#include "keys/terms.hpp"

namespace llmapikey {
namespace {

using enum SettingName;

constexpr SettingRule rules[] = {
    {minting_paused, term_names::minting_paused, "PROVISIONING_ENABLED", "New keys are paused"},
    {daily_limit, term_names::daily_limit, "KEY_DAILY_LIMIT_USD", "Each key may spend"},
    {key_lifetime, term_names::key_lifetime, "KEY_EXPIRY_DAYS", "A key works for"},
    {seats, term_names::seats, "MAX_TOTAL_KEYS", "Seats"},
    {organizer_name, "organizer_name", "ORGANIZER_NAME", "Who pays for the keys"},
    {organizer_contact, "organizer_contact", "ORGANIZER_CONTACT", "Whom people ask"},
    {event_name, "event_name", "EVENT_NAME", "Name of the event"},
};

tl::unexpected<base::Error> refuse(const std::string& why) {
    return base::fail(base::Errc::invalid_input, why);
}

base::Result<SettingValue> parse_flag(std::string_view text) {
    if (text == "true" || text == "1") return SettingValue{std::int64_t{1}};
    if (text == "false" || text == "0") return SettingValue{std::int64_t{0}};
    return refuse("must be true or false");
}

base::Result<SettingValue> parse_amount(std::string_view text) {
    if (text.starts_with('$')) text.remove_prefix(1);
    const auto limit = base::parse_daily_limit(text);
    if (limit) return SettingValue{limit->value};
    return refuse("must be an amount above 0 and up to 100000 US dollars, such as 10 or 2.50");
}

base::Result<SettingValue> parse_whole(std::string_view text, std::int64_t least, std::int64_t most) {
    const auto number = base::parse_whole_number(text);
    if (number && *number >= least && *number <= most) return SettingValue{*number};
    return refuse("must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
}

// Everybody sees these texts.
base::Result<SettingValue> without_key(base::Result<std::string> parsed) {
    auto text = TRY(std::move(parsed));
    if (holds_raw_key(text)) return refuse("holds a whole key, and everybody would see it");
    return SettingValue{std::move(text)};
}

base::Result<SettingValue> parse_event_name(std::string_view text) {
    if (base::trim(text).empty()) return refuse("is needed: pages are called by it");
    return without_key(config::parse_event_name(text));
}

// Returns a plain e-mail address without the scheme, as people know it.
std::string without_scheme(const std::string& text) {
    constexpr std::string_view mail = "mailto:";
    const bool is_plain = text.starts_with(mail) && text.find('?') == std::string::npos;
    return is_plain ? text.substr(mail.size()) : text;
}

}  // namespace

std::span<const SettingRule> setting_rules() {
    return rules;
}

const SettingRule& rule_of(SettingName setting) {
    return rules[static_cast<std::size_t>(setting)];
}

const SettingRule* find_setting(std::string_view name) {
    const auto* found =
        std::find_if(std::begin(rules), std::end(rules), [&](const SettingRule& rule) { return rule.name == name; });
    return found == std::end(rules) ? nullptr : found;
}

base::Result<SettingValue> parse_setting(SettingName setting, std::string_view text) {
    text = base::trim(text);
    switch (setting) {
        case minting_paused:
            return parse_flag(text);
        case daily_limit:
            return parse_amount(text);
        case key_lifetime:
            return parse_whole(text, 1, config::key_expiry_days_max);
        case seats:
            return parse_whole(text, 0, config::total_keys_max);
        case organizer_name:
            return without_key(config::parse_organizer_name(text));
        case organizer_contact:
            return without_key(config::parse_organizer_contact(text));
        case event_name:
            break;
    }
    return parse_event_name(text);
}

std::string shown_setting(SettingName setting, const SettingValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return text->empty() ? "nothing" : without_scheme(*text);
    const std::int64_t number = std::get<std::int64_t>(value);
    if (setting == minting_paused) return number == 1 ? "paused" : "not paused";
    if (setting == daily_limit) return base::to_cap(base::MicroUsd{number});
    if (setting == key_lifetime) return base::counted(number, "day");
    return number == 0 ? "no limit" : base::counted(number, "seat");
}

std::string typed_setting(SettingName setting, const SettingValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return without_scheme(*text);
    const std::int64_t number = std::get<std::int64_t>(value);
    if (setting == minting_paused) return number == 1 ? "true" : "false";
    return setting == daily_limit ? base::to_display(base::MicroUsd{number}) : std::to_string(number);
}

}  // namespace llmapikey
