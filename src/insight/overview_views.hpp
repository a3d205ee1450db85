#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/answers/shown_values.hpp"
#include "http/answers/views.hpp"

// The console's overview as a value.
namespace llmapikey {

struct Metric {
    std::string name, value, note;
    std::optional<ShownAge> updated;  // when the value was read; nullopt: it is not said
};

struct FailureRow {
    std::string last_at, times, what;
};

struct OverviewView {
    Frame frame;
    std::vector<Metric> figures, money;
    std::string spent_percent;  // of the greatest possible spending today; "" where one of the two is not known, or 0
    bool is_spending_possible = true;
    std::string spent_today, exposure_per_day;  // "not known" where they are not
    std::optional<ShownAge> spending_updated;   // when spending was read last; nullopt: not yet
    std::vector<Chart> charts;
    std::vector<FailureRow> failures;
    std::string problem;  // of upstream; empty: none
    std::optional<ShownAge> figures_updated;
    std::string reconciled;  // what comparing with upstream came to; empty: not done yet
    std::optional<ShownAge> reconciled_updated;
    std::string reconcile_problem;  // why it failed since; empty: it did not
    std::string unremembered;       // keys of another life of the installation, and why; empty: none
};

// Complete HTML documents.
std::string render(const OverviewView& view);

}  // namespace llmapikey
