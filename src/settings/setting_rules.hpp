#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/result.hpp"

// What can be set while the service runs, and how it is read and written.
namespace llmapikey {

enum class SettingName {
    minting_paused,
    daily_limit,
    key_lifetime,
    seats,
    organizer_name,
    organizer_contact,
    event_name,
};

// A count, days, millionths of a US dollar, or 1 for yes and 0 for no; or a text.
using SettingValue = std::variant<std::int64_t, std::string>;

struct SettingRule {
    SettingName setting;
    std::string_view name;      // in the API, on the command line and in the database
    std::string_view variable;  // of the environment, which says the default
    std::string_view title;     // of its field on the page: "Each key may spend"
};

// Returns all settings in the order of the page, the API and the command line.
std::span<const SettingRule> setting_rules();
const SettingRule& rule_of(SettingName setting);
const SettingRule* find_setting(std::string_view name);  // null: there is none

// Reads what somebody has typed. invalid_input, with a message that goes on after the setting's
// name or title: "must be a whole number from 1 to 3650".
base::Result<SettingValue> parse_setting(SettingName setting, std::string_view text);

// Writes a value for people: "$10.00", "90 days", "no limit", "nothing".
std::string shown_setting(SettingName setting, const SettingValue& value);
// Writes a value as parse_setting() reads it: "10", "2.50", "90", "true".
std::string typed_setting(SettingName setting, const SettingValue& value);

}  // namespace llmapikey
