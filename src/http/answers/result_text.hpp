#pragma once

#include <span>
#include <string>
#include <string_view>

#include "http/context.hpp"

namespace llmapikey {

// What an action of the console came to, in the address of the page that it leads to (?result=...),
// as a sentence. "{provider}" in it stands for the provider's name.
struct ResultText {
    std::string_view result, text;
    bool is_good;
};
// Shows the result that the page's address names, in one of the two; none, if `results` has it not.
void show_result(const Context& context, std::span<const ResultText> results, std::string& notice_good,
                 std::string& notice_bad);

}  // namespace llmapikey
