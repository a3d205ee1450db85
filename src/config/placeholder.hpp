#pragma once

#include <string>
#include <string_view>

namespace llmapikey::config {

// What shows that a secret is none, but stands in its place: a command that nothing has run,
// "<secret>", "changeme", or the same few characters over and over. A message that goes on after
// the variable's name, without the value; empty: nothing. What a generator of secrets makes is
// never taken for such a thing.
std::string placeholder_in(std::string_view value);

}  // namespace llmapikey::config
