#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace llmapikey::base {

// How many letters have to be inserted, deleted, changed or exchanged with their neighbor to make
// `right` of `left` (optimal string alignment).
std::size_t edit_distance(std::string_view left, std::string_view right);

// The candidate that somebody who typed `text` most likely meant: the nearest within
// `distance_max`. Empty: none is so near.
std::string nearest(std::string_view text, std::span<const std::string> candidates, std::size_t distance_max);

// The one of `known` that is likeliest meant by a misspelt `name`, whatever its case and what
// stands between its words; also one that goes on where `name` ends. Empty: none is near.
std::string nearest(std::string_view name, std::span<const std::string> known);

}  // namespace llmapikey::base
