#pragma once

#include <cstdint>
#include <string_view>

// What a character of UTF-8 does where it is shown: what people write into names and reasons is
// read by others later.
namespace llmapikey {

enum class Look {
    visible,
    blank,      // takes room and shows nothing: spaces of all widths
    hidden,     // shows nothing by itself: Unicode's Default_Ignorable_Code_Point, such as joiners and fillers
    disturbing  // changes what stands around it: controls, line ends, what turns the direction of writing
};
Look look_of(std::uint32_t point);

// Takes the first code point off well-formed UTF-8, which must not be empty.
std::uint32_t take_code_point(std::string_view& text);

// Which looks there are in well-formed UTF-8.
struct Looks {
    bool has_visible = false, has_hidden = false, has_disturbing = false;
};
Looks looks_in(std::string_view text);

}  // namespace llmapikey
