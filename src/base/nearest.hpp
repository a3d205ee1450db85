#pragma once

#include <span>
#include <string>
#include <string_view>

namespace llmapikey::base {

// The one of `known` that is likeliest meant by a misspelt `name`, without regard to case; empty if none is near.
std::string nearest(std::string_view name, std::span<const std::string> known);

}  // namespace llmapikey::base
