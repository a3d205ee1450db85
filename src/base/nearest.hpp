#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace llmapikey::base {

// Returns how many letters have to be inserted, deleted, changed or exchanged with their neighbor
// to turn `left` into `right` (optimal string alignment).
std::size_t edit_distance(std::string_view left, std::string_view right);

// Returns the nearest candidate within `distance_max`, which is most likely what somebody who typed
// `text` meant. Empty: no candidate is so near.
std::string nearest(std::string_view text, std::span<const std::string> candidates, std::size_t distance_max);

// Returns the known name that is most likely meant by a misspelt `name`. Case and the separators
// `_`, `-` and `.` do not count, and a name that continues the other is near. Empty: none is near.
std::string nearest(std::string_view name, std::span<const std::string> known);

}  // namespace llmapikey::base
