#pragma once

#include <string>
#include <string_view>

namespace llmapikey {

// Both use the format gzip. unpacked() returns "" if `packed` is damaged: it comes from the build.
std::string unpacked(std::string_view packed);
std::string packed(std::string_view text);

}  // namespace llmapikey
