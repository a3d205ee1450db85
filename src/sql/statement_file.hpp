#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

// Statements in .sql files, each under a line `-- name: NAME`, in the language of translated().
// Other comments, and how lines are broken, are left out.
namespace llmapikey {

// A word of a noun's own: {name} or {name:argument}. What it stands for may hold words again.
struct SqlWord {
    std::string_view name;
    std::function<std::string(const std::string& argument)> meaning;
};

// The statement `name` of a file's text, with `words` replaced; those of translated() stay. For
// constants: a statement that is not there, or that holds a word which nobody knows, ends the
// program with a message, as soon as it starts.
std::string statement_of(std::string_view file_text, std::string_view name, const std::vector<SqlWord>& words);

}  // namespace llmapikey
