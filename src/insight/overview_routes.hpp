#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "insight/statistics.hpp"
#include "keys/issuance.hpp"

namespace llmapikey::web {

// The JSON API of the console's figures.
struct OverviewRoutes {
    service::StatisticsStore& statistics;
    service::Issuance& issuance;
    const base::Clock& clock;

    net::Response show(const Context& context) const;
};

}  // namespace llmapikey::web
