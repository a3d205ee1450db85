#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

// Rules for texts that people write: reasons and names. The console, the API and the command line
// all use them, so each can show what another has stored.
namespace llmapikey {

struct TextRule {
    std::string_view what;  // what messages call the text: "reason"
    std::size_t characters_max;
    bool is_needed;  // the text must not be empty
};

inline constexpr TextRule reason_rule{"reason", 500, true};
inline constexpr TextRule optional_reason_rule{"reason", 500, false};
inline constexpr TextRule token_name_rule{"name", 80, true};

// Returns the text without white space at its ends. Fails with invalid_input, and a message that
// begins with `rule.what`, if the text is not UTF-8, contains a line break or a control character
// (including those that change the direction of writing), has no visible character, contains a
// whole key, is too long, or is empty although one is needed.
base::Result<std::string> check_text(std::string_view text, const TextRule& rule);

}  // namespace llmapikey
