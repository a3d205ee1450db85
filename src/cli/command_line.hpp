#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/commands.hpp"

// How commands are declared.
namespace llmapikey::cli {

// Through std::string: CLI11 takes a literal description for a variable to write to.
inline CLI::Option* add_switch(CLI::App& command, const std::string& name, const std::string& meaning) {
    return command.add_flag(name, meaning);
}

// The value, or its default; empty if there is neither.
inline std::string text_of(const CLI::Option* option) {
    return option->count() > 0 ? option->results().front() : option->get_default_str();
}

inline Output output_of(const CLI::Option* json) {
    return json->count() > 0 ? Output::json : Output::text;
}

// key_commands.cpp: `keys`.
void add_key_commands(CLI::App& app, int& status);
// shell_commands.cpp: `completion` and `man`, made from what `app` has been given.
void add_shell_commands(CLI::App& app, int& status);

}  // namespace llmapikey::cli
