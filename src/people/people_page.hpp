#pragma once

#include <functional>

#include "activity/activity_store.hpp"
#include "base/clock.hpp"
#include "http/context.hpp"
#include "http/form.hpp"
#include "keys/admin_store.hpp"
#include "keys/key_store.hpp"
#include "keys/terms.hpp"
#include "people/people_store.hpp"
#include "people/people_views.hpp"
#include "roster/roster.hpp"

namespace llmapikey {

// Serves the console's list of people, and what is done on it.
struct PeoplePage {
    const base::Clock& clock;
    AdminStore& admin_store;
    KeyStore& store;
    const TermsSource& terms;
    PeopleStore& people;
    Roster& roster;
    ActivityStore& activity;

    net::Response show(const Context& context) const;
    // Shows the list with a problem that a form has: one on another page, or the one that makes a
    // key.
    enum class At { elsewhere, mint_form };
    net::Response show_with(const Context& context, std::string problem, At at = At::elsewhere) const;
    // Adds people to the organizer's list.
    net::Response add(const Context& context) const;
    // Everybody who matches the search and the filters, as CSV, in the order of the list.
    net::Response download(const Context& context) const;
};

}  // namespace llmapikey
