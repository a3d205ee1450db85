#pragma once

#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace llmapikey {

// Token buckets that all replicas share, for requests that cost money: a limit of each process
// would grow with the number of processes. Blocks, so it must be called on a worker thread.
// Thread-safe.
class RateLimits {
public:
    virtual ~RateLimits() = default;
    // Takes one of `per_minute` (1 or more) tokens of this client and returns nullopt. If there is
    // none, returns after how many seconds (at least 1) there will be one. Fails with
    // store_unavailable.
    virtual base::Result<std::optional<base::Seconds>> take(const std::string& client, int per_minute) = 0;
};

}  // namespace llmapikey
