#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "languages/language.hpp"

// The words of recipients' pages. English stands where it is used; web/languages has a catalog for
// each other language, which leads from the English text to the translation. Thread-safe.
namespace llmapikey {

// Marks a text that translated() gets later, in another place. tools/check_languages finds it, and
// what is given to translated() itself, and holds the catalogs against them.
constexpr const char* in_catalog(const char* english) {
    return english;
}

// Returns the text in the language; `english` itself where the catalog does not have it, as for the
// names of models. The result lives as long as the program, or as `english`.
std::string_view translated(Language language, std::string_view english);

// What stands in the places of "{name}" in a text.
using PlaceValues = std::initializer_list<std::pair<std::string_view, std::string_view>>;
// Returns the text in the language with its places filled in.
std::string translated(Language language, std::string_view english, PlaceValues values);

// Returns "1 day" or "12 days" in the language. `unit` is English, in the singular: "day", or with
// a word around it: "second ago".
std::string counted(Language language, std::int64_t count, std::string_view unit);

}  // namespace llmapikey
