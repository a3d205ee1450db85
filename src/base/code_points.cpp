#include "base/code_points.hpp"

#include <algorithm>
#include <array>
#include <boost/locale/utf.hpp>

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

struct Range {
    std::uint32_t first, last;
    Look look;
};

// The ranges come from Unicode 16: White_Space, Default_Ignorable_Code_Point, Bidi_Control and Cc.
// They are sorted. A code point outside all of them is visible.
constexpr std::array ranges{
    Range{0x0, 0x1f, Look::disturbing},    Range{0x20, 0x20, Look::blank},
    Range{0x7f, 0x9f, Look::disturbing},   Range{0xa0, 0xa0, Look::blank},
    Range{0xad, 0xad, Look::hidden},       Range{0x34f, 0x34f, Look::hidden},
    Range{0x61c, 0x61c, Look::hidden},     Range{0x115f, 0x1160, Look::hidden},
    Range{0x1680, 0x1680, Look::blank},    Range{0x17b4, 0x17b5, Look::hidden},
    Range{0x180b, 0x180f, Look::hidden},   Range{0x2000, 0x200a, Look::blank},
    Range{0x200b, 0x200f, Look::hidden},   Range{0x2028, 0x202e, Look::disturbing},
    Range{0x202f, 0x202f, Look::blank},    Range{0x205f, 0x205f, Look::blank},
    Range{0x2060, 0x2065, Look::hidden},   Range{0x2066, 0x2069, Look::disturbing},
    Range{0x206a, 0x206f, Look::hidden},   Range{0x2800, 0x2800, Look::blank},
    Range{0x3000, 0x3000, Look::blank},    Range{0x3164, 0x3164, Look::hidden},
    Range{0xfe00, 0xfe0f, Look::hidden},   Range{0xfeff, 0xfeff, Look::hidden},
    Range{0xffa0, 0xffa0, Look::hidden},   Range{0xfff0, 0xfffb, Look::hidden},
    Range{0x1bca0, 0x1bca3, Look::hidden}, Range{0x1d173, 0x1d17a, Look::hidden},
    Range{0xe0000, 0xe0fff, Look::hidden},
};

bool continues_character(char byte) {
    return (static_cast<unsigned char>(byte) & 0xc0u) == 0x80u;
}

base::Result<std::string> refuse(const std::string& why) {
    return base::fail(base::Errc::invalid_input, why);
}

}  // namespace

Look look_of(std::uint32_t point) {
    const auto* found = std::lower_bound(ranges.begin(), ranges.end(), point,
                                         [](const Range& range, std::uint32_t wanted) { return range.last < wanted; });
    return found != ranges.end() && found->first <= point ? found->look : Look::visible;
}

std::uint32_t take_code_point(std::string_view& text) {
    const char* at = text.data();
    const auto point = boost::locale::utf::utf_traits<char>::decode(at, text.data() + text.size());
    text.remove_prefix(static_cast<std::size_t>(at - text.data()));
    return point;
}

Looks looks_in(std::string_view text) {
    Looks looks;
    while (!text.empty()) {
        const Look look = look_of(take_code_point(text));
        looks.has_visible |= look == Look::visible;
        looks.has_hidden |= look == Look::hidden;
        looks.has_disturbing |= look == Look::disturbing;
    }
    return looks;
}

base::Result<std::string> check_visible_line(std::string_view text, std::size_t characters_max) {
    text = base::trim(text);
    if (!base::is_text(text)) return refuse("must be UTF-8 text");
    const Looks looks = looks_in(text);
    if (looks.has_disturbing)
        return refuse("must be one line without control characters, also none that turn the direction of writing");
    if (!text.empty() && !looks.has_visible)
        return refuse("has nothing but characters that cannot be seen: write it in letters");
    const auto characters = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char byte) { return !continues_character(byte); }));
    if (characters > characters_max)
        return refuse("may have at most " + std::to_string(characters_max) + " characters");
    return std::string(text);
}

}  // namespace llmapikey
