#pragma once

#include <string>
#include <string_view>

namespace llmapikey {

// Where to land after signing in: `next` (already percent-decoded once) if it is a path of this
// origin that no browser can read as another origin, else "/dashboard". Refused: absolute and
// scheme-relative URLs, backslashes, control characters, and anything which becomes one of these
// when decoded again.
std::string safe_next_path(std::string_view next);

}  // namespace llmapikey
