#pragma once

#include <span>
#include <string>
#include <string_view>

#include "http/context.hpp"

namespace llmapikey {

// The sentence for the result of a console action. The page's address names the result
// (?result=...). "{provider}" in the text stands for the provider's name.
struct ResultText {
    std::string_view result, text;
    bool is_good;
};
// Puts the sentence of the page's result into one of the two notices; into neither if `results`
// does not have it.
void show_result(const Context& context, std::span<const ResultText> results, std::string& notice_good,
                 std::string& notice_bad);

}  // namespace llmapikey
