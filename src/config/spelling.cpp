#include <unistd.h>

#include <algorithm>
#include <array>

#include "base/encoding.hpp"
#include "base/nearest.hpp"
#include "config/config.hpp"

// Variables that nobody reads, most likely because of their spelling.
namespace llmapikey::config {
namespace {

constexpr std::string_view own_prefix = "LLMAPIKEY_";

// Beginnings that no other program uses; "GITHUB_" or "POSTGRES_" alone are everybody's.
constexpr std::array<std::string_view, 8> telling_prefixes{
    "KEY_ENCRYPTION_", "AUTH_SESSION_",          "GITHUB_OAUTH_",         "PROVISIONING_",
    "ADMIN_GITHUB_",   "OPENROUTER_MANAGEMENT_", "OPENROUTER_GUARDRAIL_", "OPENROUTER_WORKSPACE_"};

// Every name that is read.
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

// A word of three letters is near to a great many others.
std::size_t typing_errors_in(std::string_view name) {
    return name.size() < 8 ? 1 : 2;
}

// The known name that is made of the same words and others: GITHUB_CLIENT_ID for
// GITHUB_OAUTH_CLIENT_ID. Empty: none, or more than one.
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

// In upper case and without our own prefix, which nobody needs.
std::string bare_name(std::string_view name) {
    std::string upper(name);
    for (char& c : upper)
        if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    return upper.starts_with(own_prefix) ? upper.substr(own_prefix.size()) : upper;
}

// Whether `name` is `variable` with a slip or two, or with parts left out, but for the half of it:
// GITHUB_CLIENTID for GITHUB_OAUTH_CLIENT_ID, SESSION_SECRET for AUTH_SESSION_SECRET.
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

// What is most likely meant. Empty: nothing is near.
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
