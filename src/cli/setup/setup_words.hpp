#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/money.hpp"
#include "config/config.hpp"
#include "keys/terms.hpp"

// What `llmapikey setup` proposes and says, as values.
namespace llmapikey::cli {

// A variable, and what people call it whom setup has asked for it: "client id".
struct AskedName {
    std::string_view variable, words;
};
// Returns a message of `doctor` for somebody who has answered questions and set no variables: "the
// client id" for GITHUB_OAUTH_CLIENT_ID. Variables of `unset` are not to be looked at, so their
// names go. `public_url`: the answer about it.
std::string in_words_of_questions(std::string text, std::span<const AskedName> names,
                                  std::span<const std::string_view> unset, const std::string& public_url);

// Returns the link to GitHub's page for a new OAuth App with name, homepage and callback filled in.
std::string app_creation_link(const config::Config& config, const std::string& public_url);

// Says what all keys can cost at worst, and how long the credits last then. `left`: nullopt if
// nobody knows.
std::string worst_case(const Terms& terms, std::optional<base::MicroUsd> left);
// Returns the lines of `.env` of which each makes the credits last a day with all seats taken.
// Empty: they do, or there are none, or nobody knows.
std::vector<std::string> ways_to_a_day(const Terms& terms, std::optional<base::MicroUsd> left);

}  // namespace llmapikey::cli
