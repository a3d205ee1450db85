#pragma once

#include <chrono>
#include <cstdint>

#include "base/money.hpp"

namespace llmapikey {

// The terms of the giveaway: what a key that is made now is to be, and whether one is made. They
// come with each call, because they belong to the giveaway and not to the process; today the
// configuration says them.
struct Terms {
    bool is_enabled = false;          // PROVISIONING_ENABLED
    std::int64_t max_total_keys = 0;  // 0: no limit
    base::MicroUsd daily_limit;
    std::chrono::days key_lifetime{90};
};

}  // namespace llmapikey
