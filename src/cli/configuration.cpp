#include "cli/configuration.hpp"

#include <algorithm>
#include <cstdio>

#include "base/system/core_dump.hpp"

namespace llmapikey::cli {
namespace {

// Where nothing is configured yet, prints what to do first, and returns the problems without advice
// on each variable.
std::vector<config::Problem> say_setup_first(std::vector<config::Problem> problems) {
    const auto is_missing = [&](std::string_view name) {
        return std::any_of(problems.begin(), problems.end(), [name](const config::Problem& problem) {
            return problem.is_missing && problem.variable == name;
        });
    };
    // Each configuration that somebody began has at least one of these.
    const bool is_nothing_set = is_missing("GITHUB_OAUTH_CLIENT_ID") && is_missing("KEY_ENCRYPTION_SECRET");
    if (!is_nothing_set) return problems;
    std::fputs(
        "llmapikey: the service is not configured yet. Run this first:\n"
        "  llmapikey setup            asks four questions and writes .env here\n"
        "  llmapikey setup --print    prints the lines instead, for a package or container\n"
        "By hand: `llmapikey help environment` lists the variables.\n\n",
        stderr);
    for (config::Problem& problem : problems) {
        const bool is_plain = problem.is_missing && problem.message.find("nobody reads") == std::string::npos;
        if (is_plain) problem.message = problem.message.substr(0, problem.message.find(';'));
    }
    return problems;
}

}  // namespace

void explain(const std::vector<config::Problem>& problems) {
    std::fputs("llmapikey: the configuration has problems:\n", stderr);
    for (const config::Problem& problem : problems) {
        std::fprintf(stderr, "  %s %s\n", problem.variable.c_str(), problem.message.c_str());
    }
    std::fputs(
        "Set these in the environment or in a file .env here; `llmapikey help environment` explains every variable.\n",
        stderr);
}

std::optional<config::Config> load_or_explain(config::Need need) {
    base::exclude_from_core_dumps();  // before any secret is read
    const auto lookup = config::environment();
    if (!lookup) {
        explain(lookup.error());
        return std::nullopt;
    }
    auto loaded = config::load(*lookup, need);
    if (!loaded) {
        auto problems = with_names_meant(std::move(loaded.error()));
        explain(need == config::Need::serve ? say_setup_first(std::move(problems)) : problems);
        return std::nullopt;
    }
    if (loaded->are_core_dumps_enabled) base::allow_core_dumps();
    return std::move(*loaded);
}

std::vector<config::Problem> with_names_meant(std::vector<config::Problem> problems) {
    const auto environment = config::read_environment();
    return environment ? config::with_names_meant(std::move(problems), environment->names) : problems;
}

std::vector<config::Problem> unread_variables() {
    const auto environment = config::read_environment();
    return environment ? environment->unread : std::vector<config::Problem>{};
}

std::string describe_variables() {
    std::string text =
        "llmapikey reads these variables from the environment, or else from a file .env in the working directory.\n"
        "A secret can also be in a file: NAME_FILE is its path, or systemd's LoadCredential=NAME:FILE provides it.\n";
    for (const config::Variable& variable : config::variables()) {
        text += "  " + std::string(variable.name) + "\n      " + std::string(variable.meaning);
        if (!variable.default_text.empty()) text += " (default: " + std::string(variable.default_text) + ")";
        text += "\n";
    }
    return text;
}

}  // namespace llmapikey::cli
