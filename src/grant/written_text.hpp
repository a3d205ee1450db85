#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

// Texts that people write: reasons and names. The console, the API and the command line check them
// by these rules, so that what one of them stores can be shown by all.
namespace llmapikey {

struct TextRule {
    std::string_view what;  // how messages call the text: "reason"
    std::size_t characters_max;
    bool is_needed;  // whether it may not be empty
};

inline constexpr TextRule reason_rule{"reason", 500, true};
inline constexpr TextRule optional_reason_rule{"reason", 500, false};
inline constexpr TextRule token_name_rule{"name", 80, true};

// The text without blanks at its ends. invalid_input, with a message that begins with `rule.what`:
// the text is no UTF-8, has a control character (one of the direction of writing, too) or a line
// break, shows nothing, holds a whole key, is too long, or is empty where one is needed.
base::Result<std::string> check_text(std::string_view text, const TextRule& rule);

}  // namespace llmapikey
