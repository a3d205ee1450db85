#pragma once

#include <string>
#include <vector>

#include "http/answers/views.hpp"

// The console's overview as a value.
namespace llmapikey {

struct Metric {
    std::string name, value, note;
};

struct FailureRow {
    std::string last_at, times, what;
};

struct OverviewView {
    Frame frame;
    std::vector<Metric> figures, money;
    std::string spent_percent;  // of the greatest possible spending today; "" where one of the two is not known, or 0
    bool is_spending_possible = true;
    std::string spent_today, exposure_per_day;  // "unknown" where they are
    std::string spending_at;                    // when spending was read last
    std::vector<Chart> charts;
    std::vector<FailureRow> failures;
    std::string problem;  // of upstream; empty: none
    std::string figures_at;
    std::string reconciled, reconciled_at;  // what comparing with upstream came to; empty: not done yet
    std::string reconcile_problem;          // why it failed since; empty: it did not
    std::string unremembered;               // keys of another life of the installation, and why; empty: none
};

// Complete HTML documents.
std::string render(const OverviewView& view);

}  // namespace llmapikey
