#include "domain/written_text.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "domain/grant.hpp"

namespace llmapikey::domain {
namespace {

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0u) == 0x80u;
}

// In well-formed UTF-8: U+0000 to U+001F, U+007F to U+009F, and the line and paragraph separators U+2028 and U+2029.
bool has_control_character(std::string_view text) {
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20 || byte == 0x7f) return true;
        const auto next = i + 1 < text.size() ? static_cast<unsigned char>(text[i + 1]) : 0;
        if (byte == 0xc2 && next < 0xa0) return true;
        const std::string_view separator = text.substr(i, 3);
        if (separator == "\xe2\x80\xa8" || separator == "\xe2\x80\xa9") return true;
    }
    return false;
}

base::Result<std::string> refuse(const TextRule& rule, const std::string& why) {
    return base::fail(base::Errc::invalid_input, std::string(rule.what) + " " + why);
}

}  // namespace

base::Result<std::string> check_text(std::string_view text, const TextRule& rule) {
    text = base::trim(text);
    if (text.empty() && rule.is_needed) return refuse(rule, "is needed, and is empty");
    if (!base::is_text(text)) return refuse(rule, "must be UTF-8 text");
    if (has_control_character(text)) return refuse(rule, "must be one line without control characters");
    if (holds_raw_key(text))
        return refuse(rule, "holds a whole key: leave the key out; its last four characters are enough");
    const auto characters = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return !continues_character(byte); }));
    if (characters > rule.characters_max)
        return refuse(rule, "may have at most " + std::to_string(rule.characters_max) + " characters");
    return std::string(text);
}

}  // namespace llmapikey::domain
