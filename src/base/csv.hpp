#pragma once

#include <string>
#include <string_view>
#include <vector>

// Writes CSV (RFC 4180).
namespace llmapikey::base {

// Returns the text as a cell in quotes. A text that a spreadsheet would take for a formula gets an
// apostrophe in front.
std::string csv_cell(std::string_view text);
// Returns a line of cells with its line end.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace llmapikey::base
