#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "keys/issuance.hpp"
#include "keys/own_key.hpp"
#include "ops/metrics.hpp"
#include "spending/usage.hpp"

namespace llmapikey {

// Serves a recipient's actions on their own key: get, replace, give back. Pages and the JSON API
// share these.
struct OwnKeyRoutes {
    ops::Metrics& metrics;
    UsageCache& usage;
    const base::Clock& clock;
    Issuance& issuance;
    OwnKey& own_key;

    net::Response create(const Context& context) const;
    net::Response replace(const Context& context) const;
    net::Response give_back(const Context& context) const;
};

// Returns an error of POST /dashboard/key in the form that it promises. An empty `message` means
// the usual one of the status.
net::Response own_key_error(int status, base::Seconds retry_after, std::string message);

}  // namespace llmapikey
