#include "languages/language.hpp"

#include <algorithm>
#include <iterator>

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

constexpr LanguageName names[] = {
    {Language::english, "en", "en", "English"}, {Language::vietnamese, "vi", "vi", "Tiếng Việt"},
    {Language::spanish, "es", "es", "Español"}, {Language::german, "de", "de", "Deutsch"},
    {Language::french, "fr", "fr", "Français"}, {Language::portuguese, "pt", "pt", "Português"},
    {Language::japanese, "ja", "ja", "日本語"}, {Language::chinese, "zh", "zh-Hans", "简体中文"},
};

constexpr bool is_in_order() {
    for (std::size_t place = 0; place < std::size(names); ++place)
        if (static_cast<std::size_t>(names[place].language) != place) return false;
    return std::size(names) == language_count;
}
static_assert(is_in_order());

constexpr int weight_max = 1000;

// Returns the weight of "q=0.8" in thousandths; what is no weight counts as 0.
int weight_of(std::string_view parameter) {
    parameter = base::trim(parameter);
    if (parameter.empty()) return weight_max;
    if (parameter.size() < 3 || (parameter[0] != 'q' && parameter[0] != 'Q') || parameter[1] != '=') return 0;
    parameter.remove_prefix(2);
    if (parameter.front() != '0') return parameter.front() == '1' ? weight_max : 0;
    int weight = 0;
    int place = weight_max / 10;
    for (std::size_t i = 2; i < parameter.size() && i < 5; ++i, place /= 10) {
        if (parameter[i] < '0' || parameter[i] > '9') return 0;
        weight += (parameter[i] - '0') * place;
    }
    return weight;
}

bool has_code(const LanguageName& each, std::string_view range) {
    return base::equal_ignoring_case(range.substr(0, range.find('-')), each.code);
}

}  // namespace

std::span<const LanguageName> language_names() {
    return names;
}

const LanguageName& name_of(Language language) {
    return names[static_cast<std::size_t>(language)];
}

std::optional<Language> find_language(std::string_view code) {
    const auto found = std::ranges::find(names, code, &LanguageName::code);
    return found == std::end(names) ? std::nullopt : std::optional(found->language);
}

Language preferred_language(std::string_view accept_language) {
    Language best = Language::english;
    int best_weight = 0;
    while (!accept_language.empty()) {
        const std::string_view item = accept_language.substr(0, accept_language.find(','));
        accept_language.remove_prefix(std::min(item.size() + 1, accept_language.size()));
        const auto semicolon = std::min(item.find(';'), item.size());
        const std::string_view range = base::trim(item.substr(0, semicolon));
        const auto found = std::ranges::find_if(names, [&](const LanguageName& each) { return has_code(each, range); });
        if (found == std::end(names)) continue;
        const int weight = weight_of(item.substr(std::min(semicolon + 1, item.size())));
        if (weight <= best_weight) continue;
        best = found->language;
        best_weight = weight;
    }
    return best;
}

}  // namespace llmapikey
