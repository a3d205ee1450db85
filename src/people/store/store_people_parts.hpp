#pragma once

#include <string>

#include "keys/store_conditions.hpp"
#include "people/people_query.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// The tables that people stand in. Everybody is of one kind, the first that is true of them.
enum class Kind {
    keys,      // has a row of api_keys
    former,    // had one
    held,      // has a hold, and nothing else
    expected,  // is on the organizer's list, and was never given a key
};
inline constexpr Kind all_kinds[] = {Kind::keys, Kind::former, Kind::held, Kind::expected};

// What the statements about people are made of. Their values are numbered in `conditions`.
class PeopleParts {
public:
    PeopleParts(const PeopleQuery& query, const Search& search, Dialect dialect)
        : query_(query), search_(search), dialect_(dialect) {}

    // Whether anybody of this kind can match the query.
    bool has(Kind kind) const;
    std::string table_of(Kind kind) const;
    // What the conditions call a row of it.
    std::string alias_of(Kind kind) const;
    std::string columns_of(Kind kind);
    // The column of the account, and expressions for the order of logins and for its ties.
    std::string account_of(Kind kind) const;
    std::string login_key_of(Kind kind) const;
    std::string tie_of(Kind kind) const;
    // Which rows are of this kind and match the search, the filters and the state.
    std::string condition_of(Kind kind);
    // Likewise without the state.
    std::string filter_of(Kind kind);
    std::string condition_of_state(Kind kind, const std::string& state);
    // Likewise for "near_cap" and "at_cap", where `spent.amount` is what somebody has spent today.
    std::string condition_of_cap(const std::string& state);
    // A part of statements/people.sql, in which $now and $day stand for the time of the query.
    std::string named(std::string_view name);

    template <class Value>
    std::string number_of(const Value& value) {
        return conditions.number_of(value);
    }

    Conditions conditions;

private:
    // PostgreSQL wants no value that the statement does not name.
    const std::string& now();
    const std::string& day();
    std::string search_in(Kind kind);

    const PeopleQuery& query_;
    const Search& search_;
    const Dialect dialect_;
    std::string now_, day_;  // empty: not named yet
};

}  // namespace llmapikey
