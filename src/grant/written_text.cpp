#include "grant/written_text.hpp"

#include <algorithm>

#include "base/code_points.hpp"
#include "base/encoding.hpp"
#include "grant/grant.hpp"

namespace llmapikey {
namespace {

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0u) == 0x80u;
}

base::Result<std::string> refuse(const TextRule& rule, const std::string& why) {
    return base::fail(base::Errc::invalid_input, std::string(rule.what) + " " + why);
}

}  // namespace

base::Result<std::string> check_text(std::string_view text, const TextRule& rule) {
    text = base::trim(text);
    if (text.empty() && rule.is_needed) return refuse(rule, "is needed, and is empty");
    if (!base::is_text(text)) return refuse(rule, "must be UTF-8 text");
    const Looks looks = looks_in(text);
    if (looks.has_disturbing)
        return refuse(rule,
                      "must be one line without control characters, also none that turn the direction of writing");
    if (!text.empty() && !looks.has_visible)
        return refuse(rule, "has nothing but characters that cannot be seen: write it in letters");
    if (holds_raw_key(text))
        return refuse(rule, "holds a whole key: leave the key out; its last four characters are enough");
    const auto characters = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return !continues_character(byte); }));
    if (characters > rule.characters_max)
        return refuse(rule, "may have at most " + std::to_string(rule.characters_max) + " characters");
    return std::string(text);
}

}  // namespace llmapikey
