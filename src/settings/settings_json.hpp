#pragma once

#include <boost/json/object.hpp>
#include <string>
#include <vector>

#include "settings/settings.hpp"

namespace llmapikey {

// Converts all settings for the JSON API and `llmapikey settings list --json`
// (web/openapi/openapi.json).
boost::json::object to_json(const SettingsState& state);

// Returns the changes as the list that the statements of the store take.
std::string json_text_of(const std::vector<SettingChange>& changes);

}  // namespace llmapikey
