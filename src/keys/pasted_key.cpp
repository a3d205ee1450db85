#include "keys/pasted_key.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "grant/grant.hpp"

namespace llmapikey {
namespace {

// Keys of OpenRouter's have 73 characters; those of its past and of other servers may differ.
constexpr std::size_t whole_key_min = 40;
constexpr std::size_t hint_length = 4;
constexpr std::string_view prefix = "sk-or-", whole_prefix = "sk-or-v1-";

bool belongs_to_key(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

bool is_quote_or_blank(char c) {
    return c == '"' || c == '\'' || c == '`' || c == ' ' || c == '\t';
}

std::string_view unquoted(std::string_view text) {
    while (!text.empty() && is_quote_or_blank(text.front()))
        text.remove_prefix(1);
    while (!text.empty() && is_quote_or_blank(text.back()))
        text.remove_suffix(1);
    return text;
}

// What stands for the characters that were left out: an ellipsis, bullets, at least two dots or
// asterisks.
bool is_gap(std::string_view text) {
    const bool is_plain = text.size() >= 2 && text.find_first_not_of(".*") == std::string_view::npos;
    return is_plain || text.ends_with("\u2026") || text.ends_with("\u2022");
}

}  // namespace

base::Secret raw_key_in(std::string_view pasted) {
    const auto start = base::to_lower(pasted).find(prefix);
    if (start == std::string::npos) {
        const std::string_view bare = bare_key_in(pasted);
        return base::Secret(bare.empty() ? "" : std::string(whole_prefix) + std::string(bare));
    }
    std::size_t end = start;
    while (end < pasted.size() && belongs_to_key(pasted[end]))
        ++end;
    return base::Secret(std::string(pasted.substr(start, end - start)));
}

std::string hint_of_shortened(std::string_view pasted) {
    const std::string_view text = unquoted(pasted);
    std::size_t end = text.size();
    while (end > 0 && belongs_to_key(text[end - 1]))
        --end;
    const auto gap = std::find_if_not(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), belongs_to_key);
    const auto start = static_cast<std::size_t>(gap - text.begin());
    const std::string_view before = text.substr(0, start), last = text.substr(end);
    // Without its beginning only as keys are shown, with four characters: "**hackathon" is
    // something else.
    const bool is_of_key = before.empty() ? last.size() == hint_length : base::to_lower(before).starts_with(prefix);
    if (!is_of_key || last.size() < hint_length || !is_gap(text.substr(start, end - start))) return {};
    return std::string(last.substr(last.size() - hint_length));
}

bool is_cut_off(std::string_view pasted) {
    const base::Secret raw_key = raw_key_in(pasted);
    return !raw_key.empty() && raw_key.reveal().size() < whole_key_min;
}

}  // namespace llmapikey
