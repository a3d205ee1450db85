#pragma once

#include <string>

#include "keys/grant_query.hpp"
#include "sql/sql_database.hpp"

// The conditions of a GrantQuery as SQL about rows of api_keys. Columns are named without their
// table, so a statement that joins others renames theirs.
namespace llmapikey {

// A condition that grows, with its values numbered in order.
class Conditions {
public:
    // In `condition`, # stands for the value.
    template <class Value>
    void add(const std::string& condition, const Value& value) {
        values_.add(value);
        add_with(condition, last());
    }
    void add(const std::string& condition) { text_ += " AND " + condition; }
    template <class Value>
    std::string number_of(const Value& value) {
        values_.add(value);
        return last();
    }
    // Returns the condition and begins another one. The values stay.
    std::string take() { return std::exchange(text_, "true"); }
    const std::string& text() const { return text_; }
    const SqlValues& values() const { return values_; }

private:
    std::string last() const { return "$" + std::to_string(values_.size()); }
    void add_with(std::string condition, const std::string& name);

    std::string text_ = "true";
    SqlValues values_;
};

// How to look for the text that a person types.
struct Search {
    enum class Way {
        none,
        by_account,    // the text is the whole id of an account that has or had a key: only that account is meant
        by_index,      // an index finds a part of a login
        read_through,  // reading in the order of the list is faster: many rows match, or too few characters are given
    };
    Way way = Way::none;
    bool is_in_names = false;  // the text is a part of a name on the organizer's list
};
base::Result<Search> search_of(SqlDatabase& database, const std::string& text);

void add_search(const std::string& text, const Search& search, Dialect dialect, Conditions& conditions);
void add_filters(const GrantQuery& query, Conditions& conditions);

// What the account of a row of `table` has spent on the day `parameter`, over all its keys.
std::string spent_on_day(const std::string& table, const std::string& parameter);
// Whether the account of a row of `table` is on hold for good, or until a time after
// `now_parameter`.
std::string is_blocked(const std::string& table);
std::string is_on_hold(const std::string& table, const std::string& now_parameter);

}  // namespace llmapikey
