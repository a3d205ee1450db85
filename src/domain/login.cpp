#include "domain/login.hpp"

#include <algorithm>
#include <cstdint>

#include "base/encoding.hpp"

namespace llmapikey::domain {
namespace {

constexpr std::size_t max_bytes = 100;

// Takes the first code point off well-formed UTF-8.
std::uint32_t take_point(std::string_view& text) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    std::uint32_t point = length == 1 ? first : first & (0x7fu >> length);
    for (const char next : text.substr(1, length - 1))
        point = (point << 6) | (static_cast<unsigned char>(next) & 0x3fu);
    text.remove_prefix(length);
    return point;
}

bool shows_only_itself(std::uint32_t point) {
    const auto is_in = [point](std::uint32_t first, std::uint32_t last) { return point >= first && point <= last; };
    const bool is_control = point < 0x20 || is_in(0x7f, 0x9f);
    const bool turns_direction = point == 0x061c || is_in(0x200e, 0x200f) || is_in(0x202a, 0x202e);
    const bool is_invisible = point == 0xad || is_in(0x200b, 0x200d) || is_in(0x2060, 0x206f) || point == 0xfeff ||
                              is_in(0xfff9, 0xfffb) || is_in(0xe0000, 0xe007f);
    const bool ends_line = is_in(0x2028, 0x2029);
    return !is_control && !turns_direction && !is_invisible && !ends_line;
}

}  // namespace

bool is_login(std::string_view text) {
    if (text.empty() || text.size() > max_bytes || !base::is_text(text)) return false;
    while (!text.empty())
        if (!shows_only_itself(take_point(text))) return false;
    return true;
}

bool can_be_github_login(std::string_view text) {
    constexpr std::size_t github_max_bytes = 39;
    const auto is_fit = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !text.empty() && text.size() <= github_max_bytes && std::all_of(text.begin(), text.end(), is_fit) &&
           !text.starts_with('-') && text.find("--") == std::string_view::npos;
}

}  // namespace llmapikey::domain
