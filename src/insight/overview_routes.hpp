#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "insight/statistics.hpp"
#include "keys/terms.hpp"

namespace llmapikey {

// The JSON API of the console's figures.
struct OverviewRoutes {
    StatisticsStore& statistics;
    const TermsSource& terms;
    const base::Clock& clock;

    net::Response show(const Context& context) const;
};

}  // namespace llmapikey
