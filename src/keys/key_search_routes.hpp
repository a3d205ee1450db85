#pragma once

#include "http/context.hpp"
#include "keys/admin_store.hpp"
#include "keys/issuance.hpp"

namespace llmapikey {

// Searches that are sent by POST, so that no address holds a whole key that somebody pastes.
struct KeySearchRoutes {
    AdminStore& admin_store;
    Issuance& issuance;

    net::Response search_page(const Context& context) const;
    net::Response search(const Context& context) const;
};

}  // namespace llmapikey
