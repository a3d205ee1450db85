#pragma once

#include <string>
#include <string_view>
#include <vector>

// Quoting of names and lists that cannot be separate parameters.
namespace llmapikey::postgres {

// Returns "name", with quotes inside doubled.
inline std::string quoted_name(std::string_view name) {
    std::string quoted = "\"";
    for (const char c : name)
        quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    return quoted + "\"";
}

// Returns the text of an array, {"a","b"}, to be bound as one parameter.
inline std::string array_literal(const std::vector<std::string>& items) {
    std::string literal = "{";
    for (const std::string& item : items) {
        literal += literal.size() > 1 ? ",\"" : "\"";
        for (const char c : item) {
            if (c == '"' || c == '\\') literal += '\\';
            literal += c;
        }
        literal += '"';
    }
    return literal + "}";
}

}  // namespace llmapikey::postgres
