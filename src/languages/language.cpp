#include "languages/language.hpp"

#include <algorithm>
#include <initializer_list>
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

// An item of an Accept-Language header: "zh-Hant-TW;q=0.8".
struct Item {
    std::string_view range;
    int weight = 0;
};

// Takes the first item off the header.
Item take_item(std::string_view& header) {
    const std::string_view item = header.substr(0, header.find(','));
    header.remove_prefix(std::min(item.size() + 1, header.size()));
    const auto semicolon = std::min(item.find(';'), item.size());
    return {base::trim(item.substr(0, semicolon)), weight_of(item.substr(std::min(semicolon + 1, item.size())))};
}

bool has_code(const LanguageName& each, std::string_view range) {
    return base::equal_ignoring_case(range.substr(0, range.find('-')), each.code);
}

enum class Script { simplified, traditional, unsaid };

// The script of a tag of Chinese: "zh-Hant", or that of its region: "zh-TW".
Script script_of(std::string_view range) {
    Script script = Script::unsaid;
    while (range.find('-') != std::string_view::npos) {
        range.remove_prefix(range.find('-') + 1);
        const std::string_view part = range.substr(0, range.find('-'));
        const auto is_any_of = [&](std::initializer_list<std::string_view> all) {
            return std::ranges::any_of(all,
                                       [&](std::string_view each) { return base::equal_ignoring_case(part, each); });
        };
        if (is_any_of({"Hant"})) return Script::traditional;
        if (is_any_of({"Hans"})) return Script::simplified;
        if (is_any_of({"TW", "HK", "MO"})) script = Script::traditional;
        if (is_any_of({"CN", "SG", "MY"})) script = Script::simplified;
    }
    return script;
}

bool is_chinese(std::string_view range) {
    return has_code(names[static_cast<std::size_t>(Language::chinese)], range);
}

bool asks_for_traditional(std::string_view header) {
    while (!header.empty()) {
        const Item item = take_item(header);
        if (item.weight > 0 && is_chinese(item.range) && script_of(item.range) == Script::traditional) return true;
    }
    return false;
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
    // Readers of traditional Chinese expect simplified Chinese only where they ask for it; English
    // is what they meet elsewhere. Browsers add the bare "zh" to "zh-TW" by themselves, so with
    // such a tag beside it, "zh" does not ask for simplified Chinese either.
    const bool reads_traditional = asks_for_traditional(accept_language);
    Language best = Language::english;
    int best_weight = 0;
    while (!accept_language.empty()) {
        const Item item = take_item(accept_language);
        const auto found =
            std::ranges::find_if(names, [&](const LanguageName& each) { return has_code(each, item.range); });
        if (found == std::end(names) || item.weight <= best_weight) continue;
        if (reads_traditional && is_chinese(item.range) && script_of(item.range) != Script::simplified) continue;
        best = found->language;
        best_weight = item.weight;
    }
    return best;
}

}  // namespace llmapikey
