#pragma once

#include "base/clock.hpp"
#include "bulk/bulk_revocation.hpp"
#include "http/context.hpp"
#include "keys/admin_store.hpp"

namespace llmapikey {

// The JSON API of bulk revocations.
struct BulkRoutes {
    BulkRevoker& bulk_revoker;
    BulkStore& bulk_store;
    AdminStore& admin_store;
    const base::Clock& clock;

    net::Response list(const Context& context) const;
    net::Response show(const Context& context) const;
    net::Response begin(const Context& context) const;
    net::Response stop(const Context& context) const;
};

}  // namespace llmapikey
