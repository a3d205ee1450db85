#pragma once

#include "http/context.hpp"
#include "keys/admin_store.hpp"
#include "keys/issuance.hpp"

namespace llmapikey {

// Serves searches by POST, so that no address contains a whole key that somebody pastes.
struct KeySearchRoutes {
    AdminStore& admin_store;
    Issuance& issuance;

    net::Response search_page(const Context& context) const;
    net::Response search(const Context& context) const;
};

}  // namespace llmapikey
