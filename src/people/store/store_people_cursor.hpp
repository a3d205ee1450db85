#pragma once

#include <cstdint>
#include <string>

#include "base/result.hpp"
#include "people/people_query.hpp"

namespace llmapikey {

// A person's place in a list of people, after or before which another page begins. It is valid for
// one order and direction only.
struct PeopleCursor {
    int segment = 0;         // of store_people_statement.hpp
    std::int64_t value = 0;  // of the ordering column; 0 where the login orders
    std::string login_key;   // empty where a column orders
    std::string tie;         // id of the key or of the account; empty: of nobody yet
    std::int64_t place = 1;  // in the whole list, from 1 on, when the page was read

    std::string text(const PeopleQuery& query) const;
    // Fails with invalid_input if the text is no cursor of ours, or is of another order.
    static base::Result<PeopleCursor> parse(const PeopleQuery& query);
};

}  // namespace llmapikey
