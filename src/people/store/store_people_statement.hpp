#pragma once

#include <optional>
#include <string>

#include "keys/store_conditions.hpp"
#include "people/people_query.hpp"
#include "people/store/store_people_cursor.hpp"
#include "sql/sql_database.hpp"

// The statements that list and count people. People stand in four tables, and in each of them an
// index has them in the order of the list: the statement reads a page's worth from each, and puts
// these few together.
// Each segment (store_people_cursor.hpp) has a statement of its own, so that a page reads the
// second one only where the first one ends.
namespace llmapikey {

struct PeopleStatement {
    std::string sql;
    SqlValues values;
};

// Lists at most `limit` people of a segment. Each row: value and login key, by which the segment is
// ordered, their tie, and then the columns of a person. `cursor`: the list begins behind it;
// nullopt: at the beginning of the segment.
PeopleStatement list_statement(const PeopleQuery& query, const Search& search, Dialect dialect, int segment,
                               const std::optional<PeopleCursor>& cursor, int limit);

// Each row counts other people: 1 if they have a row of api_keys, else 0; how many they are; and
// then how many of them are in each of counted_states().
PeopleStatement count_statement(const PeopleQuery& query, const Search& search, Dialect dialect);
const std::vector<std::string>& counted_states();

inline constexpr int column_of_value = 0, column_of_login_key = 1, column_of_tie = 2, first_column_of_person = 3;

}  // namespace llmapikey
