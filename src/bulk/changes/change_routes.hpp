#pragma once

#include "bulk/changes/bulk_changer.hpp"
#include "http/context.hpp"

namespace llmapikey {

// The JSON API of bulk changes.
struct ChangeRoutes {
    BulkChanger& bulk_changer;
    BulkChangeStore& change_store;

    net::Response list(const Context& context) const;
    net::Response show(const Context& context) const;
    net::Response begin(const Context& context) const;
    net::Response stop(const Context& context) const;
    net::Response retry(const Context& context) const;
};

}  // namespace llmapikey
