#pragma once

#include <optional>
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

// Checks that config::parse_dotenv() reads these values in the text. invalid_input: not all; the
// detail names the first that it does not.
base::Result<void> check_reading(std::string_view text, const Assignments& values);

// Returns the text of a file; nullopt: there is none. An error message continues after the path.
base::Result<std::optional<std::string>> read_env_file(const std::string& path);

// Tries whether a file can be made in the folder of `path`, and leaves nothing there. internal: it
// cannot; the detail says why.
base::Result<void> try_writing(const std::string& path);
// Writes a file that only its owner can read, as a whole or not at all, in place of one whose text
// is still `former`. conflict: another text is there, or any if there was none (nullopt). internal:
// it cannot be written; the detail says why.
base::Result<void> write_private_file(const std::string& path, std::string_view text,
                                      const std::optional<std::string>& former);

}  // namespace llmapikey::cli
