#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace llmapikey {

// Token buckets that all replicas share: for what costs money, where a limit of each process would
// grow with their number. Blocking: call it on a worker thread. Thread-safe.
class RateLimits {
public:
    virtual ~RateLimits() = default;
    // Takes one of `per_minute` (1 or more) tokens of this client; if there is none, says after how
    // many seconds (at least 1) there will be. Fails with store_unavailable.
    virtual base::Result<std::optional<base::Seconds>> take(const std::string& client, int per_minute) = 0;
};

}  // namespace llmapikey
