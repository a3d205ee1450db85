#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "keys/admin_store.hpp"
#include "keys/administration.hpp"
#include "keys/key_store.hpp"
#include "keys/revocation.hpp"
#include "keys/terms.hpp"
#include "people/key_views.hpp"
#include "people/people_page.hpp"
#include "spending/spending.hpp"

namespace llmapikey {

// Serves the console's page of a person, and the actions of its buttons.
struct PersonPage {
    PeoplePage people;
    RosterStore& roster_store;
    Roster& roster;
    AdminStore& admin_store;
    KeyStore& store;
    const base::Clock& clock;
    Administration& administration;
    Revocation& revocation;
    const Terms& terms;
    SpendingStore& spending;

    net::Response show(const Context& context) const;
    net::Response mint(const Context& context) const;
    net::Response revoke(const Context& context) const;
    net::Response change(const Context& context) const;
    net::Response reveal(const Context& context) const;
    net::Response lift_hold(const Context& context) const;
    // Shows the page of an account with a form that was refused, with status 400.
    net::Response show_refused(const Context& context, GithubUserId id, RefusedForm refused) const;
    // Removes somebody from the organizer's list.
    net::Response remove(const Context& context) const;
};

}  // namespace llmapikey
