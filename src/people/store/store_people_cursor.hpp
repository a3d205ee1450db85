#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "people/people_query.hpp"

namespace llmapikey {

// An order that knows nothing of some people has two segments: those with a value in its order, and
// the others by login. Who has spent nothing comes after who has spent most, and before who has
// spent least; who has no key comes last in the orders of a key's columns.
bool is_of_spending(PeopleOrder order);  // today's or all
int segments_of(PeopleOrder order);

// By what the people of a segment are ordered: a column of their keys and the key's id, what they
// have spent and their account, or their login and account.
enum class By { key_column, spending, login };
By way_of(const PeopleQuery& query, int segment);

// A person's place in a list of people, after or before which another page begins. It is valid for
// one order and direction only.
struct PeopleCursor {
    int segment = 0;         // from 0 on
    std::int64_t value = 0;  // of the ordering column; 0 where the login orders
    std::string login_key;   // empty where a column orders
    std::string tie;         // id of the key or of the account; empty: of nobody yet
    std::int64_t place = 1;  // in the whole list, from 1 on, when the page was read

    std::string text(const PeopleQuery& query) const;
    // Fails with invalid_input if the text is no cursor of ours, or is of another order.
    static base::Result<PeopleCursor> parse(const PeopleQuery& query);
};

}  // namespace llmapikey
