#pragma once

#include <string_view>

#include "base/clock.hpp"
#include "http/context.hpp"
#include "insight/statistics.hpp"
#include "keys/terms.hpp"
#include "roster/roster.hpp"

namespace llmapikey {

// The console's overview: how many keys there are, what they cost, and what went wrong.
struct OverviewPage {
    const TermsSource& terms;
    StatisticsStore& statistics;
    RosterStore& roster;
    const base::Clock& clock;

    net::Response show(const Context& context) const;
    // Whether a field of the address is for this page. Others are for the list of keys, which had
    // this address before.
    static bool is_own_field(std::string_view name, std::string_view value);
};

}  // namespace llmapikey
