#include "base/csv.hpp"

#include <algorithm>

namespace llmapikey::base {
namespace {

// Full-width characters count, too.
bool is_formula(std::string_view text) {
    constexpr std::string_view beginnings[] = {
        "=", "+", "-", "@", "\t", "\r", "\n", "\xef\xbc\x9d", "\xef\xbc\x8b", "\xef\xbc\x8d", "\xef\xbc\xa0"};
    return std::any_of(std::begin(beginnings), std::end(beginnings),
                       [&](std::string_view beginning) { return text.starts_with(beginning); });
}

}  // namespace

std::string csv_cell(std::string_view text) {
    std::string cell = is_formula(text) ? "\"'" : "\"";
    for (const char c : text)
        cell += c == '"' ? std::string("\"\"") : std::string(1, c);
    return cell + "\"";
}

std::string csv_line(const std::vector<std::string>& cells) {
    std::string line;
    for (const std::string& cell : cells)
        line += (line.empty() ? "" : ",") + csv_cell(cell);
    return line + "\r\n";
}

}  // namespace llmapikey::base
