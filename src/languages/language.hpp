#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace llmapikey {

// The languages of recipients' pages. The console, the documents and the API are in English.
enum class Language : std::uint8_t {
    english,
    vietnamese,
    spanish,
    german,
    french,
    portuguese,
    japanese,
    chinese,
};
inline constexpr std::size_t language_count = 8;

struct LanguageName {
    Language language;
    std::string_view code;  // names the catalog and the choice: "zh"
    std::string_view tag;   // of the attribute `lang` (RFC 5646): "zh-Hans"
    std::string_view name;  // in the language itself
};

// Returns a row for each Language, in the order of the enumeration.
std::span<const LanguageName> language_names();
const LanguageName& name_of(Language language);

// Nullopt: no language has this code.
std::optional<Language> find_language(std::string_view code);

// Returns the language that an Accept-Language header likes best (RFC 9110 section 12.5.4). Tags
// are looked up by their first part (RFC 4647 section 3.4): "de-AT" is German. But tags of
// traditional Chinese ("zh-Hant", "zh-TW") are not Chinese, which is the simplified one here.
// English, if the header names none of ours.
Language preferred_language(std::string_view accept_language);

}  // namespace llmapikey
