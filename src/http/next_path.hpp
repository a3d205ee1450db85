#pragma once

#include <string>
#include <string_view>

namespace llmapikey {

// Returns where to go after sign-in: `next` (percent-decoded once before) if it is a path of this
// origin that no browser can read as another origin, else "/dashboard". Absolute and
// scheme-relative URLs, backslashes and control characters are refused, also if they appear only
// after further decoding.
std::string safe_next_path(std::string_view next);

}  // namespace llmapikey
