#include "languages/catalog.hpp"

#include <algorithm>
#include <stdexcept>

#include "base/embedded.hpp"
#include "base/encoding.hpp"
#include "base/packed_text.hpp"
#include "languages/catalog_json.hpp"
#include "languages/per_language.hpp"

namespace llmapikey {
namespace {

std::string_view packed_text_of(Language language) {
    const std::string name = std::string(name_of(language).code) + ".json";
    for (const base::EmbeddedText& each : embedded_languages())
        if (each.name == name) return each.text;
    throw std::logic_error("no catalog named " + name);
}

const Catalog& catalog_of(Language language) {
    static PerLanguage<Catalog> catalogs([](Language each) { return read_catalog(unpacked(packed_text_of(each))); });
    return catalogs.of(language);
}

const TextForms* find(Language language, std::string_view english) {
    const Catalog& catalog = catalog_of(language);
    const auto found = catalog.find(english);
    return found == catalog.end() ? nullptr : &found->second;
}

// Returns which form a count takes, of those that a catalog has (Unicode CLDR, plural rules).
std::size_t form_for(Language language, std::int64_t count) {
    switch (language) {
        case Language::english:
        case Language::spanish:
        case Language::german:
            return count == 1 ? 0 : 1;
        case Language::french:
        case Language::portuguese:
            return count == 0 || count == 1 ? 0 : 1;
        case Language::vietnamese:
        case Language::japanese:
        case Language::chinese:
            return 0;
    }
    return 0;
}

std::string filled(std::string text, PlaceValues values) {
    for (const auto& [name, value] : values)
        text = base::replaced(text, "{" + std::string(name) + "}", value);
    return text;
}

// "second ago" becomes "seconds ago".
std::string plural_of(std::string_view unit) {
    const auto end = std::min(unit.find(' '), unit.size());
    return std::string(unit.substr(0, end)) + "s" + std::string(unit.substr(end));
}

}  // namespace

std::string_view translated(Language language, std::string_view english) {
    if (language == Language::english) return english;
    const TextForms* const forms = find(language, english);
    return forms == nullptr ? english : std::string_view(forms->front());
}

std::string translated(Language language, std::string_view english, PlaceValues values) {
    return filled(std::string(translated(language, english)), values);
}

std::string counted(Language language, std::int64_t count, std::string_view unit) {
    const std::string number = std::to_string(count);
    if (language == Language::english) return number + " " + (count == 1 ? std::string(unit) : plural_of(unit));
    const TextForms* const forms = find(language, "{count} " + std::string(unit));
    if (forms == nullptr) return number + " " + plural_of(unit);
    return filled((*forms)[std::min(form_for(language, count), forms->size() - 1)], {{"count", number}});
}

}  // namespace llmapikey
