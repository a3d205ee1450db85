#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/commands.hpp"
#include "cli/option_values.hpp"

// Helpers to declare commands.
namespace llmapikey::cli {

// Takes std::string, because CLI11 takes a literal description for a variable to write to.
inline CLI::Option* add_switch(CLI::App& command, const std::string& name, const std::string& meaning) {
    return command.add_flag(name, meaning);
}

// Returns the value or its default; empty if there is neither.
inline std::string text_of(const CLI::Option* option) {
    return option->count() > 0 ? option->results().front() : option->get_default_str();
}

inline Output output_of(const CLI::Option* json) {
    return json->count() > 0 ? Output::json : Output::text;
}

// Defined in key_commands.cpp: adds `keys`.
void add_key_commands(CLI::App& app, OptionValues& values, int& status);
// Defined in settings.cpp: adds `settings`.
void add_settings_commands(CLI::App& app, OptionValues& values, int& status);
// Defined in shell_commands.cpp: adds `completion` and `man`, which is made from the commands in
// `app`.
void add_shell_commands(CLI::App& app, OptionValues& values, int& status);

}  // namespace llmapikey::cli
