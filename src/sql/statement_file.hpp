#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Statements in .sql files, each under a line `-- name: NAME`, in the language of translated().
// Other comments and line breaks are dropped.
namespace llmapikey {

// A word that one noun defines: {name} or {name:argument}. Its meaning may contain words again.
struct SqlWord {
    std::string_view name;
    std::function<std::string(const std::string& argument)> meaning;
};

// Returns the statement `name` from a file's text with `words` replaced; the words of translated()
// stay. Used for constants: a missing statement or an unknown word ends the program with a message
// at its start.
std::string statement_of(std::string_view file_text, std::string_view name, const std::vector<SqlWord>& words);

}  // namespace llmapikey
