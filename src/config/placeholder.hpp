#pragma once

#include <string>
#include <string_view>

namespace llmapikey::config {

// Returns why a secret is a placeholder: a command that nobody ran, "<secret>", "changeme", or a
// few characters repeated. The text continues after the variable's name and does not contain the
// value. Empty: the value may be a secret. No output of a secret generator is refused.
std::string placeholder_in(std::string_view value);

}  // namespace llmapikey::config
