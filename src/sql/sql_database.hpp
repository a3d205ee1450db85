#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

// One set of statements for both databases. The statements use the part of PostgreSQL's SQL that
// SQLite knows too, and a few words in braces for what differs; see translated().
namespace llmapikey {

enum class Dialect { sqlite, postgres };

// The values of $1, $2, ..., in this order.
class SqlValues {
public:
    using Value = std::variant<std::monostate, std::int64_t, std::string>;

    SqlValues& add(std::string_view text) {
        values_.emplace_back(std::string(text));
        return *this;
    }
    SqlValues& add(std::int64_t number) {
        values_.emplace_back(number);
        return *this;
    }
    SqlValues& add_null() {
        values_.emplace_back(std::monostate());
        return *this;
    }
    SqlValues& add_if(const std::optional<std::int64_t>& number) { return number ? add(*number) : add_null(); }
    std::size_t size() const { return values_.size(); }
    const std::vector<Value>& values() const { return values_; }

private:
    std::vector<Value> values_;
};

class SqlRow {
public:
    void add(std::optional<std::string> cell) { cells_.push_back(std::move(cell)); }
    // "" for NULL
    std::string text(int column) const { return cells_[static_cast<std::size_t>(column)].value_or(""); }
    std::int64_t number(int column) const;  // 0 for NULL
    bool is_null(int column) const { return !cells_[static_cast<std::size_t>(column)]; }

private:
    std::vector<std::optional<std::string>> cells_;
};

struct SqlAnswer {
    std::vector<SqlRow> rows;
    int changed = 0;  // rows that the statement inserted, updated or deleted
};

// Runs single statements, each in its own transaction. conflict: a unique constraint was violated.
// store_unavailable: any other failure. Blocking; thread-safe.
class SqlDatabase {
public:
    virtual ~SqlDatabase() = default;
    virtual Dialect dialect() const = 0;
    // `sql` is written as translated() expects it.
    virtual base::Result<SqlAnswer> run(const std::string& sql, const SqlValues& values) = 0;
    // Runs the same statement for each of `all`; in one transaction on SQLite.
    virtual base::Result<void> run_each(const std::string& sql, const std::vector<SqlValues>& all) = 0;
};

// Translates a statement into a dialect and caches the result for ever, because there are few
// statements. {epoch:E}: the time E as Unix seconds; {time:E}: the reverse. {micros:E},
// {from_micros:E}: the same in millionths of a second, for cursors. {new_id}: a random text.
// {in:E}: "is one of the UUIDs in the text E, separated by commas"; {in_texts:E}: the same for
// words of letters, digits, - and _. {folded:E}: the text E with ASCII letters in lower case, in
// the order of its bytes. {by_subject:E}: E, for a comparison with audit_log.subject that uses its
// index. {now}: the database's time in seconds; {queue_time}: in millionths. {for_share}: locks
// what is read against writers. An unknown word ends the program with a message.
const std::string& translated(const std::string& sql, Dialect dialect);
// Returns whether translated() knows {name}.
bool is_dialect_word(std::string_view name);

}  // namespace llmapikey
