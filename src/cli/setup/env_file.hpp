#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

// The file `.env` that `llmapikey setup` writes.
namespace llmapikey::cli {

using Assignments = std::vector<std::pair<std::string, std::string>>;

// Returns the text with these values, so that config::parse_dotenv() reads them: each replaces the
// last line that assigns its name, or else is added at the end. Other lines stay as they are, but
// further lines of the same name go.
std::string with_assignments(std::string_view text, const Assignments& values);

enum class IfThere { leave, replace };

// Writes a file that only its owner can read, as a whole or not at all. conflict: there is a file
// of that name and it is to be left alone. internal: it cannot be written; the detail says why.
base::Result<void> write_private_file(const std::string& path, std::string_view text, IfThere existing);

}  // namespace llmapikey::cli
