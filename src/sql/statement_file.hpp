#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/embedded.hpp"

// Statements in .sql files, each under a line `-- name: NAME`, in the language of translated().
// Other comments, and how lines are broken, are left out. {part:NAME} stands for what is under NAME
// in the same file.
namespace llmapikey {

// A word of a noun's own: {name} or {name:argument}. What it stands for may hold words again.
struct SqlWord {
    std::string_view name;
    std::function<std::string(const std::string& argument)> meaning;
};

// A word without an argument.
SqlWord word(std::string_view name, std::string meaning);

// The statement `name` of a file's text, with `words` replaced; those of translated() stay. For
// constants: a statement that is not there, or that holds a word which nobody knows, ends the
// program with a message, as soon as it starts.
std::string statement_of(std::string_view file_text, std::string_view name, const std::vector<SqlWord>& words);
// Likewise of the file that has this name.
std::string statement_of(std::span<const base::EmbeddedText> files, std::string_view file, std::string_view name,
                         const std::vector<SqlWord>& words);

}  // namespace llmapikey
