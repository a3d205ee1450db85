#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "people/people_store.hpp"

namespace llmapikey {

// Serves the JSON API of people, for organizers.
struct PeopleRoutes {
    const base::Clock& clock;
    PeopleStore& people;

    net::Response list(const Context& context) const;
};

}  // namespace llmapikey
