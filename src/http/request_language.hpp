#pragma once

#include <string_view>

#include "languages/language.hpp"
#include "net/http_types.hpp"

namespace llmapikey {

// Holds the code of the language that somebody has chosen.
inline constexpr std::string_view language_cookie_name = "llmapikey_language";

// Returns the language of the answer to a request: the one chosen, else the one that its
// Accept-Language likes best. The JSON API is in English.
Language language_of(const net::Request& request);

}  // namespace llmapikey
