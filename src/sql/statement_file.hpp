#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded.hpp"

// Statements in .sql files, each under a line `-- name: NAME`, in the language of translated().
// Other comments and line breaks are dropped. {part:NAME} stands for the statement NAME of the same
// file.
namespace llmapikey {

// A word that one noun defines: {name} or {name:argument}. Its meaning may contain words again.
struct SqlWord {
    std::string_view name;
    std::function<std::string(const std::string& argument)> meaning;
};

// A word without an argument.
SqlWord word(std::string_view name, std::string meaning);

// Returns the statement `name` from a file's text with `words` replaced; the words of translated()
// stay. Used for constants: a missing statement or an unknown word ends the program with a message
// at its start.
std::string statement_of(std::string_view file_text, std::string_view name, const std::vector<SqlWord>& words);
// Likewise of the file that has this name.
std::string statement_of(std::span<const base::EmbeddedText> files, std::string_view file, std::string_view name,
                         const std::vector<SqlWord>& words);

}  // namespace llmapikey
