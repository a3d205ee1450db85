#pragma once

#include "base/clock.hpp"
#include "bulk/bulk_revocation.hpp"
#include "http/context.hpp"
#include "keys/admin_store.hpp"
#include "people/people_page.hpp"

namespace llmapikey {

// The console's pages of bulk revocations.
struct BulkPages {
    AdminStore& admin_store;
    const base::Clock& clock;
    BulkRevoker& bulk_revoker;
    PeoplePage people;
    BulkStore& bulk_store;

    net::Response confirm(const Context& context) const;
    net::Response begin(const Context& context) const;
    net::Response stop(const Context& context) const;
    net::Response progress(const Context& context) const;
    net::Response list(const Context& context) const;
};

}  // namespace llmapikey
