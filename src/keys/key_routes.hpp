#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "keys/admin_store.hpp"
#include "keys/administration.hpp"
#include "keys/key_store.hpp"
#include "keys/revocation.hpp"

namespace llmapikey {

// Serves the JSON API of keys and accounts, for organizers.
struct KeyRoutes {
    AdminStore& admin_store;
    KeyStore& store;
    const base::Clock& clock;
    Administration& administration;
    Revocation& revocation;

    net::Response list(const Context& context) const;
    net::Response show(const Context& context) const;
    net::Response mint(const Context& context) const;
    net::Response change(const Context& context) const;
    net::Response revoke(const Context& context) const;
    net::Response reveal(const Context& context) const;
    net::Response show_account(const Context& context) const;
    net::Response set_hold(const Context& context) const;
    net::Response lift_hold(const Context& context) const;
};

}  // namespace llmapikey
