#pragma once

#include "base/clock.hpp"
#include "bulk/bulk_revocation.hpp"
#include "http/context.hpp"
#include "keys/admin_store.hpp"

namespace llmapikey::web {

// The JSON API of bulk revocations.
struct BulkRoutes {
    service::BulkRevoker& bulk_revoker;
    service::BulkStore& bulk_store;
    service::AdminStore& admin_store;
    const base::Clock& clock;

    net::Response list(const Context& context) const;
    net::Response show(const Context& context) const;
    net::Response begin(const Context& context) const;
    net::Response stop(const Context& context) const;
};

}  // namespace llmapikey::web
