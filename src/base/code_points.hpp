#pragma once

#include <cstdint>
#include <string_view>

// How a code point of UTF-8 looks on a page. Other people read what somebody writes into names and
// reasons, so hidden and disturbing characters matter.
namespace llmapikey {

enum class Look {
    visible,
    blank,      // takes room and shows nothing: spaces of all widths
    hidden,     // shows nothing by itself: Unicode's Default_Ignorable_Code_Point, such as joiners and fillers
    disturbing  // changes the text around it: controls, line ends, characters that change the writing direction
};
Look look_of(std::uint32_t point);

// Removes the first code point from `text` and returns it. `text` is well-formed UTF-8, not empty.
std::uint32_t take_code_point(std::string_view& text);

// The looks that occur in a text, which is well-formed UTF-8.
struct Looks {
    bool has_visible = false, has_hidden = false, has_disturbing = false;
};
Looks looks_in(std::string_view text);

}  // namespace llmapikey
