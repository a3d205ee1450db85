#pragma once

#include <string_view>

namespace llmapikey {

// Returns whether a text may name a person on pages, in tables and in logs: 1 to 100 bytes of UTF-8
// with something visible. Control characters, line ends, direction marks and invisible characters
// are refused, because they would change the text around the name. GitHub's logins are far
// narrower, but another server or an admin may provide these.
bool is_login(std::string_view text);
// Returns the login in what people type: "@octocat" is octocat.
inline std::string_view without_at(std::string_view text) {
    return text.substr(text.size() > 1 && text.starts_with('@') ? 1 : 0);
}
// Returns whether GitHub may have such a login: up to 39 letters and digits with single hyphens
// between them. Logins of managed users have an underscore, and some old ones end with a hyphen.
bool can_be_github_login(std::string_view text);

}  // namespace llmapikey
