#pragma once

#include "base/clock.hpp"
#include "base/work_queue.hpp"
#include "http/context.hpp"
#include "keys/issuance.hpp"
#include "keys/key_store.hpp"
#include "spending/usage.hpp"

namespace llmapikey {

// Serves the JSON API of the recipient's own account and key.
struct OwnAccountRoutes {
    UsageCache& usage;
    base::WorkQueue& background_queue;
    KeyStore& store;
    const base::Clock& clock;
    Issuance& issuance;

    net::Response show(const Context& context) const;
    net::Response show_key(const Context& context) const;
    // Returns whether `shown` is still the recipient's key.
    base::Result<bool> is_current(const Context& context, const boost::json::object& answer,
                                  const base::Secret& shown) const;
};

}  // namespace llmapikey
