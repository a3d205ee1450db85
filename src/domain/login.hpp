#pragma once

#include <string_view>

namespace llmapikey::domain {

// What may stand for a person in pages, tables and logs: 1 to 100 bytes of UTF-8 that show nothing but themselves.
// Control characters, line ends, direction marks and invisible signs would change what stands around the name. GitHub's
// own names are far narrower; another server or an admin may give these.
bool is_login(std::string_view text);

}  // namespace llmapikey::domain
