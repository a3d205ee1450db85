#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"

namespace llmapikey::cli {

// Loads the configuration from the environment and .env. If there are problems, prints all of them
// to standard error and returns nullopt; the command then exits with 2.
std::optional<config::Config> load_or_explain(config::Need need);
// Returns variables that were most likely meant for this program and that it does not read.
std::vector<config::Problem> unread_variables();
// Adds to each problem of a missing variable which variable is set in its place
// (config::with_names_meant).
std::vector<config::Problem> with_names_meant(std::vector<config::Problem> problems);
void explain(const std::vector<config::Problem>& problems);

// Returns the text of --help about variables: one line for each, with its default.
std::string describe_variables();

}  // namespace llmapikey::cli
