#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "insight/statistics.hpp"
#include "keys/issuance.hpp"

namespace llmapikey {

// The JSON API of the console's figures.
struct OverviewRoutes {
    StatisticsStore& statistics;
    Issuance& issuance;
    const base::Clock& clock;

    net::Response show(const Context& context) const;
};

}  // namespace llmapikey
