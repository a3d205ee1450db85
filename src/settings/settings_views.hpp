#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/answers/shown_values.hpp"
#include "http/answers/views.hpp"

// The console's page of settings as a value.
namespace llmapikey {

struct SettingField {
    std::string name, title, hint;
    std::string before, after;  // units around the input: "$", "days"
    bool is_number = false;
    std::string value;                 // as it is in the field
    std::string was;                   // what is in force, in the same words
    std::string error;                 // goes on after the title: "must be ..."; empty: nothing is wrong
    std::string variable, configured;  // of the environment, and what it says
    bool is_empty = false;             // neither the environment nor an organizer has set it
    bool is_set = false;               // by an organizer
    bool is_back = false;              // the tick is set that goes back to the environment
    std::optional<ShownAge> changed;   // when an organizer has changed it last
    std::string changed_by;
};

struct SettingsView {
    Frame frame;
    bool is_configured = true;  // the environment lets keys be made
    bool is_paused = false;
    std::optional<ShownAge> paused;  // since when
    std::string paused_by;
    std::vector<SettingField> terms, organizer;
    std::string cost;     // what all keys together can spend at worst
    std::string taken;    // how many seats are taken
    std::string full;     // that no seat is left; empty: some are
    std::string version;  // of the settings that the fields were filled from
    std::string notice_good, notice_bad;
};

// Complete HTML documents.
std::string render(const SettingsView& view);

}  // namespace llmapikey
