#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace llmapikey::base {

// "1 key", "0 keys", "12 keys". `many` is the plural of a word that does not take an s: "1 entry",
// "2 entries".
inline std::string counted(std::int64_t count, std::string_view one, std::string_view many = {}) {
    std::string text = std::to_string(count) + ' ';
    if (count == 1 || many.empty()) text += one;
    if (count != 1) text += many.empty() ? "s" : many;
    return text;
}

}  // namespace llmapikey::base
