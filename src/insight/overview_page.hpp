#pragma once

#include "base/clock.hpp"
#include "http/context.hpp"
#include "insight/statistics.hpp"
#include "keys/terms.hpp"

namespace llmapikey {

// The console's overview: how many keys there are, what they cost, and what went wrong.
struct OverviewPage {
    const TermsSource& terms;
    StatisticsStore& statistics;
    const base::Clock& clock;

    net::Response show(const Context& context) const;
};

}  // namespace llmapikey
