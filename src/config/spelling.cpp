#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/nearest.hpp"
#include "config/config.hpp"

// Finds variables that nobody reads, most likely because of a spelling error.
namespace llmapikey::config {
namespace {

constexpr std::string_view own_prefix = "LLMAPIKEY_";

// Prefixes that no other program uses. Many programs use "GITHUB_" and "POSTGRES_".
constexpr std::array<std::string_view, 8> telling_prefixes{
    "KEY_ENCRYPTION_", "AUTH_SESSION_",          "GITHUB_OAUTH_",         "PROVISIONING_",
    "ADMIN_GITHUB_",   "OPENROUTER_MANAGEMENT_", "OPENROUTER_GUARDRAIL_", "OPENROUTER_WORKSPACE_"};

// Returns every name that the program reads.
const std::vector<std::string>& known_names() {
    static const std::vector<std::string> names = [] {
        std::vector<std::string> all{"CREDENTIALS_DIRECTORY"};
        for (const Variable& variable : variables()) {
            all.emplace_back(variable.name);
            if (variable.is_secret) all.push_back(std::string(variable.name) + "_FILE");
        }
        return all;
    }();
    return names;
}

bool is_known(const std::string& name) {
    return std::find(known_names().begin(), known_names().end(), name) != known_names().end();
}

// A short name is similar to many others, so it may have only one typing error.
std::size_t typing_errors_in(std::string_view name) {
    return name.size() < 8 ? 1 : 2;
}

// Returns the known name that contains all words of `name`: GITHUB_OAUTH_CLIENT_ID for
// GITHUB_CLIENT_ID. Empty: there is none, or more than one.
std::string name_with_the_words_of(const std::string& name) {
    const auto words = base::split(name, '_');
    std::string found;
    for (const std::string& candidate : known_names()) {
        const auto others = base::split(candidate, '_');
        const bool has_all = std::all_of(words.begin(), words.end(), [&](std::string_view word) {
            return std::find(others.begin(), others.end(), word) != others.end();
        });
        if (!has_all || candidate.ends_with("_FILE") || candidate.ends_with("_ALSO_ACCEPTED")) continue;
        if (!found.empty()) return {};
        found = candidate;
    }
    return found;
}

// Returns the name in upper case and without the prefix LLMAPIKEY_, which no variable has.
std::string bare_name(std::string_view name) {
    std::string upper(name);
    for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return upper.starts_with(own_prefix) ? upper.substr(own_prefix.size()) : upper;
}

// Returns whether `name` is `variable` with one or two typing errors, or with parts left out, if
// more than half of the letters are there: GITHUB_CLIENTID for GITHUB_OAUTH_CLIENT_ID,
// SESSION_SECRET for AUTH_SESSION_SECRET.
bool is_short_for(const std::string& name, const std::string& variable) {
    const std::string bare = bare_name(name);
    if (!base::nearest(bare, {&variable, 1}, typing_errors_in(bare)).empty()) return true;
    const auto letters_of = [](std::string text) {
        std::erase(text, '_');
        return text;
    };
    const std::string letters = letters_of(bare), wanted = letters_of(variable);
    std::size_t found = 0;
    for (const char c : wanted)
        if (found < letters.size() && letters[found] == c) ++found;
    return found == letters.size() && 2 * letters.size() > wanted.size();
}

// Returns the known name that was most likely meant. Empty: none is similar.
std::string meant_by(const std::string& name) {
    const std::string bare = bare_name(name);
    return base::nearest(bare, known_names(), typing_errors_in(bare));
}

Problem unread(const std::string& name, const std::string& meant) {
    return {name, meant.empty() ? "is no variable of llmapikey, and has no effect"
                                : "is no variable of llmapikey, and has no effect: did you mean " + meant + "?"};
}

bool has_telling_prefix(const std::string& name) {
    return std::any_of(telling_prefixes.begin(), telling_prefixes.end(),
                       [&](std::string_view prefix) { return name.starts_with(prefix); });
}

}  // namespace

std::vector<Problem> unread_in_file(const std::vector<std::string>& names) {
    std::vector<Problem> problems;
    for (const std::string& name : names) {
        if (is_known(name)) continue;
        const std::string meant = meant_by(name);
        problems.push_back(unread(name, meant.empty() ? name_with_the_words_of(name) : meant));
    }
    return problems;
}

std::vector<Problem> unread_in_environment(const std::vector<std::string>& names) {
    std::vector<Problem> problems;
    for (const std::string& name : names) {
        if (is_known(name)) continue;
        const std::string meant = meant_by(name);
        if (!meant.empty() || has_telling_prefix(name)) problems.push_back(unread(name, meant));
    }
    return problems;
}

std::vector<Problem> with_names_meant(std::vector<Problem> problems, const std::vector<std::string>& names) {
    for (Problem& problem : problems) {
        if (!problem.is_missing) continue;
        for (const std::string& name : names) {
            if (is_known(name) || !is_short_for(name, problem.variable)) continue;
            problem.message +=
                "; " + name + " is set, and nobody reads that: is it meant for " + problem.variable + "?";
        }
    }
    return problems;
}

std::vector<std::string> names_in_environment() {
    std::vector<std::string> names;
    for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
        const std::string_view text = *entry;
        names.emplace_back(text.substr(0, text.find('=')));
    }
    return names;
}

}  // namespace llmapikey::config
