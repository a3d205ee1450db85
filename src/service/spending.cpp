#include "service/spending.hpp"

#include <algorithm>

namespace llmapikey::service {

// Both figures are of the UTC day; the one that is behind catches up (openrouter-provisioning, quirk 3).
base::MicroUsd spent_today(const UpstreamKey& key) {
    base::MicroUsd spent = std::max(key.usage_daily, base::MicroUsd{});
    if (key.limit && key.limit_remaining && key.limit_reset == "daily")
        spent = std::max(spent, base::MicroUsd{key.limit->value - key.limit_remaining->value});
    return spent;
}

}  // namespace llmapikey::service
