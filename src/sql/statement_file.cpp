#include "sql/statement_file.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/encoding.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {
namespace {

constexpr std::string_view heading = "-- name: ";

[[noreturn]] void refuse(std::string_view name, const std::string& why) {
    std::fprintf(stderr, "llmapikey: the statement '%.*s' %s\n", static_cast<int>(name.size()), name.data(),
                 why.c_str());
    std::abort();
}

// Returns the lines under the heading of `name`, without comments, joined by single spaces.
std::string lines_of(std::string_view text, std::string_view name) {
    std::string statement;
    bool is_inside = false;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = base::trim(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
        if (line.starts_with(heading)) {
            if (is_inside) break;
            is_inside = line.substr(heading.size()) == name;
        } else if (is_inside && !line.empty() && !line.starts_with("--")) {
            statement += (statement.empty() ? "" : " ") + std::string(line);
        }
    }
    if (statement.empty()) refuse(name, "is not in its file");
    return statement;
}

}  // namespace

SqlWord word(std::string_view name, std::string meaning) {
    return {name, [meaning = std::move(meaning)](const std::string&) { return meaning; }};
}

std::string statement_of(std::string_view file_text, std::string_view name, const std::vector<SqlWord>& words) {
    std::string text = lines_of(file_text, name);
    for (auto open = text.find('{'); open != std::string::npos; open = text.find('{', open)) {
        const auto close = text.find('}', open);
        if (close == std::string::npos) refuse(name, "has a brace that is not closed");
        const std::string word = text.substr(open + 1, close - open - 1);
        const std::string key = word.substr(0, word.find(':'));
        const std::string argument = word.size() > key.size() ? word.substr(key.size() + 1) : "";
        if (key == "part") {
            text.replace(open, close - open + 1, lines_of(file_text, argument));
            continue;
        }
        const auto known =
            std::find_if(words.begin(), words.end(), [&](const SqlWord& each) { return each.name == key; });
        if (known == words.end()) {
            if (!is_dialect_word(key)) refuse(name, "has a word that nobody knows: {" + word + "}");
            open = close;
            continue;
        }
        text.replace(open, close - open + 1, known->meaning(argument));
    }
    return text;
}

std::string statement_of(std::span<const base::EmbeddedText> files, std::string_view file, std::string_view name,
                         const std::vector<SqlWord>& words) {
    const auto found =
        std::find_if(files.begin(), files.end(), [&](const base::EmbeddedText& each) { return each.name == file; });
    if (found == files.end()) refuse(name, "is in a file that is not there: " + std::string(file));
    return statement_of(found->text, name, words);
}

}  // namespace llmapikey
