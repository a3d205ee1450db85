#pragma once

#include <string_view>

namespace llmapikey {

// What may stand for a person in pages, tables and logs: 1 to 100 bytes of UTF-8 that show nothing
// but themselves. Control characters, line ends, direction marks and invisible signs would change
// what stands around the name. GitHub's own names are far narrower; another server or an admin may
// give these.
bool is_login(std::string_view text);
// The login in what people write: "@octocat" is octocat.
inline std::string_view without_at(std::string_view text) {
    return text.substr(text.size() > 1 && text.starts_with('@') ? 1 : 0);
}
// What GitHub may know as a login: up to 39 letters and digits with single hyphens between them.
// Logins of managed users have an underscore, and some old ones end with a hyphen.
bool can_be_github_login(std::string_view text);

}  // namespace llmapikey
