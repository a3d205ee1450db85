#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

// One set of statements for both databases. They are written for PostgreSQL, in what SQLite knows
// as well, and with a few words in braces for what differs; see translated().
namespace llmapikey {

enum class Dialect { sqlite, postgres };

// What $1, $2, ... stand for, in this order.
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
    std::string text(int column) const { return cells_[static_cast<std::size_t>(column)].value_or(""); }  // "" for NULL
    std::int64_t number(int column) const;                                                                // 0 for NULL
    bool is_null(int column) const { return !cells_[static_cast<std::size_t>(column)]; }

private:
    std::vector<std::optional<std::string>> cells_;
};

struct SqlAnswer {
    std::vector<SqlRow> rows;
    int changed = 0;  // rows that the statement inserted, updated or deleted
};

// Runs single statements, each a transaction of its own. Blocking; thread-safe. Fails with
// store_unavailable; conflict: a unique constraint was violated.
class SqlDatabase {
public:
    virtual ~SqlDatabase() = default;
    virtual Dialect dialect() const = 0;
    // `sql`: as for translated().
    virtual base::Result<SqlAnswer> run(const std::string& sql, const SqlValues& values) = 0;
    // The same statement for each of `all`, in one go where the database can.
    virtual base::Result<void> run_each(const std::string& sql, const std::vector<SqlValues>& all) = 0;
};

// What a dialect makes of a statement. {epoch:E}: the time E as Unix seconds, {time:E}: the other
// way round; {micros:E}, {from_micros:E}: likewise in millionths, for cursors; {new_id}: a random
// text; {in:E}: "is among the UUIDs in the text E, which are separated by commas"; {in_texts:E}:
// likewise of words of letters, digits, - and _; {queue_time}: the database's own time in
// millionths of a second; {now}: in seconds. Kept for ever: there are few statements. A statement
// with another word ends the program with a message.
const std::string& translated(const std::string& sql, Dialect dialect);
// Whether translated() knows {name}.
bool is_dialect_word(std::string_view name);

}  // namespace llmapikey
