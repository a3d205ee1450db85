#include "settings/settings_json.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/json_values.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;

json::value value_of(SettingName setting, const SettingValue& value) {
    if (const auto* text = std::get_if<std::string>(&value)) return json::value(*text);
    const std::int64_t number = std::get<std::int64_t>(value);
    if (setting == SettingName::minting_paused) return number == 1;
    if (setting == SettingName::daily_limit) return base::MicroUsd{number}.usd();
    return number;
}

json::object to_json(SettingName setting, const SettingState& state) {
    json::object object;
    object["value"] = value_of(setting, state.value);
    object["environment"] = value_of(setting, state.configured);
    object["overridden"] = state.is_set;
    object["changed_at"] = base::time_or_null(state.changed_at);
    object["changed_by"] = state.changed_at ? json::value(state.changed_by) : json::value();
    return object;
}

}  // namespace

json::object to_json(const SettingsState& state) {
    json::object object;
    object["minting_enabled"] = state.terms().is_enabled;
    object["provisioning_enabled"] = state.is_minting_configured();
    for (const SettingRule& rule : setting_rules())
        object[rule.name] = to_json(rule.setting, state.of(rule.setting));
    return object;
}

std::string json_text_of(const std::vector<SettingChange>& changes) {
    json::array list;
    for (const SettingChange& change : changes) {
        json::object row{{"name", rule_of(change.setting).name}};
        if (change.value) {
            if (const auto* number = std::get_if<std::int64_t>(&*change.value)) row["number"] = *number;
            if (const auto* words = std::get_if<std::string>(&*change.value)) row["words"] = *words;
        }
        list.push_back(std::move(row));
    }
    return json::serialize(list);
}

}  // namespace llmapikey
