#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "keys/admin_store.hpp"
#include "keys/administration.hpp"
#include "keys/key_list_page.hpp"
#include "keys/key_store.hpp"
#include "keys/revocation.hpp"

namespace llmapikey {

// Serves the console's page of one account, and the actions of its buttons.
struct AccountPage {
    KeyListPage key_list;
    AdminStore& admin_store;
    KeyStore& store;
    const base::Clock& clock;
    Administration& administration;
    Revocation& revocation;

    net::Response show(const Context& context) const;
    net::Response mint(const Context& context) const;
    net::Response revoke(const Context& context) const;
    net::Response change(const Context& context) const;
    net::Response reveal(const Context& context) const;
    net::Response lift_hold(const Context& context) const;
};

}  // namespace llmapikey
