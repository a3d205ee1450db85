#include "keys/pasted_key.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "grant/grant.hpp"
#include "providers/known_providers.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t hint_length = 4;

// The place where a key of a known provider begins in a text; `shape` is null if there is none.
struct PlacedKey {
    const KeyShape* shape = nullptr;
    std::size_t start = std::string::npos;
};
PlacedKey find_key(std::string_view text) {
    const std::string lower = base::to_lower(text);
    PlacedKey first;
    for (const ProviderTraits* provider : known_providers()) {
        const auto start = lower.find(provider->key.family);
        if (start < first.start) first = {&provider->key, start};
    }
    return first;
}

const KeyShape* shape_of_bare(std::string_view bare) {
    for (const ProviderTraits* provider : known_providers())
        if (!bare.empty() && provider->key.hex_digits == bare.size()) return &provider->key;
    return nullptr;
}

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

// Returns whether the text stands for characters that were left out: an ellipsis, bullets, or at
// least two dots or asterisks.
bool is_gap(std::string_view text) {
    const bool is_plain = text.size() >= 2 && text.find_first_not_of(".*") == std::string_view::npos;
    return is_plain || text.ends_with("\u2026") || text.ends_with("\u2022");
}

}  // namespace

std::string key_form(const ProviderTraits& provider) {
    const KeyShape& key = provider.key;
    if (key.hex_digits == 0) return std::string(key.prefix) + " and what follows";
    return std::string(key.prefix) + " and " + std::to_string(key.hex_digits) + " digits, or these alone";
}

base::Secret raw_key_in(std::string_view pasted) {
    const auto [found, start] = find_key(pasted);
    if (found == nullptr) {
        const std::string_view bare = bare_key_in(pasted);
        const KeyShape* const shape = shape_of_bare(bare);
        return base::Secret(shape == nullptr ? "" : std::string(shape->prefix) + std::string(bare));
    }
    std::size_t end = start;
    while (end < pasted.size() && belongs_to_key(pasted[end]))
        ++end;
    return base::Secret(std::string(pasted.substr(start, end - start)));
}

std::size_t place_of_key(std::string_view text) {
    return find_key(text).start;
}

std::string_view known_key_prefix(std::string_view raw_key) {
    const auto found = find_key(raw_key);
    return found.start == 0 ? found.shape->family : std::string_view();
}

std::string hint_of_shortened(std::string_view pasted) {
    const std::string_view text = unquoted(pasted);
    std::size_t end = text.size();
    while (end > 0 && belongs_to_key(text[end - 1]))
        --end;
    const auto gap = std::find_if_not(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(end), belongs_to_key);
    const auto start = static_cast<std::size_t>(gap - text.begin());
    const std::string_view before = text.substr(0, start), last = text.substr(end);
    // A shortened key without its beginning counts only if four characters follow the gap, as keys
    // are shown: "**hackathon" is no key.
    const bool is_of_key = before.empty() ? last.size() == hint_length : find_key(before).start == 0;
    if (!is_of_key || last.size() < hint_length || !is_gap(text.substr(start, end - start))) return {};
    return std::string(last.substr(last.size() - hint_length));
}

bool is_cut_off(std::string_view pasted) {
    const base::Secret raw_key = raw_key_in(pasted);
    const KeyShape* const shape = find_key(raw_key.reveal()).shape;
    return shape != nullptr && raw_key.reveal().size() < shape->length_min;
}

}  // namespace llmapikey
