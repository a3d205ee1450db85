#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "keys/grant_query.hpp"

namespace llmapikey {

enum class PeopleOrder { person, today, total, last_used, expires, created };

// Selects people and their order. Pages are found by keyset in both directions, so that a deep page
// costs no more than the first one.
struct PeopleQuery {
    GrantQuery filters;  // only its search, dates and use count; the search finds parts of names, too
    std::string state;   // one of people_states(); empty: any
    PeopleOrder order = PeopleOrder::today;
    bool is_descending = true;
    std::string cursor;        // of a person on the page before or after; empty: the first page
    bool is_backward = false;  // the page that ends before `cursor`
    int limit = 25;
    // Counting reads each row: where more people than this match, they are not counted.
    std::int64_t counted_max = 10'000;
    base::Timestamp now;
};

// Returns the values that `state` may have: state_words() and "not_claimed".
const std::vector<std::string>& people_states();
// Returns the part of a query that `state` stands for. "not_claimed" stands for no key.
GrantQuery state_query(const std::string& state, base::Timestamp now);

std::string_view to_text(PeopleOrder order);
// Whether the first press on the head of a column shows the largest values first.
bool is_descending_at_first(PeopleOrder order);

// Reads a query from the fields of a request: those of parse_grant_query(), with `state` one of
// people_states(), `sort` (person, today, total, last_used, expires, created; today if it is
// absent) and `dir` (asc, desc). The words that `sort` had for keys are understood: newest, expiry,
// spent. Fails with invalid_input and names the field that makes no sense.
base::Result<PeopleQuery> parse_people_query(const FieldReader& field, base::Timestamp now);

}  // namespace llmapikey
