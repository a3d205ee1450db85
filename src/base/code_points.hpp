#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

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

// Returns the text without blanks at its ends. Fails with invalid_input, and a message that goes on
// after the name of the text, if it is not UTF-8, contains a line break or a control character
// (including those that change the direction of writing), has no visible character although it is
// not empty, or is too long.
base::Result<std::string> check_visible_line(std::string_view text, std::size_t characters_max);

}  // namespace llmapikey
