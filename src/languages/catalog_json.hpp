#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace llmapikey {

struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>{}(text); }
};

// One text, or one for each plural of the language; never empty.
using TextForms = std::vector<std::string>;
// By the English text.
using Catalog = std::unordered_map<std::string, TextForms, TextHash, std::equal_to<>>;

// Reads a file of web/languages. Throws if it is no catalog: that is a fault of the build, which
// tests find.
Catalog read_catalog(std::string_view json);

}  // namespace llmapikey
