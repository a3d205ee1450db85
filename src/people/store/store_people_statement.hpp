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
//
// An order that knows nothing of some people has two segments: those with a value in its order, and
// the others by login. Who has spent nothing comes after who has spent most, and before who has
// spent least; who has no key comes last in the orders of a key's columns. A segment has a
// statement of its own, so that a page reads the second one only where the first one ends.
namespace llmapikey {

struct PeopleStatement {
    std::string sql;
    SqlValues values;
};

int segments_of(PeopleOrder order);

// By what the people of a segment are ordered: a column of their keys and the key's id, what they
// have spent and their account, or their login and account.
enum class By { key_column, spending, login };
By way_of(const PeopleQuery& query, int segment);

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
