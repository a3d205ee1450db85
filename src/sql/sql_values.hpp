#pragma once

#include <set>
#include <string>

#include "base/clock.hpp"
#include "base/encoding.hpp"
#include "sql/sql_database.hpp"
#include "sql/stored_time.hpp"

// The form in which both databases store values.
namespace llmapikey {

inline std::optional<base::Timestamp> time_if_any(const SqlRow& row, int column) {
    if (row.is_null(column)) return std::nullopt;
    return time_of(row.number(column));
}
inline base::Timestamp time_in(const SqlRow& row, int column) {
    return time_of(row.number(column));
}
inline std::optional<std::int64_t> seconds_if(const std::optional<base::Timestamp>& time) {
    return time ? std::optional(seconds_of(*time)) : std::nullopt;
}

// Join and split words separated by commas.
inline std::string joined_words(const std::set<std::string>& words) {
    std::string text;
    for (const std::string& word : words)
        text += (text.empty() ? "" : ",") + word;
    return text;
}
inline std::set<std::string> split_words(const std::string& text) {
    std::set<std::string> words;
    for (const std::string_view word : base::split(text, ','))
        if (!word.empty()) words.emplace(word);
    return words;
}

// Drops the rows of statements of which only the success matters.
inline base::Result<void> done(const base::Result<SqlAnswer>& answer) {
    TRY(answer);
    return {};
}

}  // namespace llmapikey
