#pragma once

#include "base/clock.hpp"
#include "service/admin_store.hpp"
#include "service/bulk_revocation.hpp"
#include "web/context.hpp"

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
