#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/config.hpp"

namespace llmapikey::cli {

// The configuration from the environment and .env; on problems prints all of them to standard error
// and gives nullopt (the command then exits with 2).
std::optional<config::Config> load_or_explain(config::Need need);
// Variables that were most likely meant for this program, and that it does not read.
std::vector<config::Problem> unread_variables();
// The problems, of which those of missing variables name what is set in their place
// (config::with_names_meant).
std::vector<config::Problem> with_names_meant(std::vector<config::Problem> problems);
void explain(const std::vector<config::Problem>& problems);

// Text of --help about variables: one line each with its default.
std::string describe_variables();

}  // namespace llmapikey::cli
