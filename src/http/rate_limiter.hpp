#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"

namespace llmapikey {

// Token buckets, one a client: `per_minute` at once, refilled evenly. Memory is bounded; a client
// forgotten for lack of room starts with a full bucket. Thread-safe.
class RateLimiter {
public:
    using Instant = std::chrono::steady_clock::time_point;

    explicit RateLimiter(int per_minute) : per_minute_(per_minute) {}  // 0: everything passes

    // Takes one token; if there is none, says after how many seconds (at least 1) there will be.
    std::optional<base::Seconds> take(const std::string& client, Instant now);

private:
    struct Bucket {
        double tokens = 0;
        Instant filled_at;
    };
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::string, Bucket> buckets;
    };
    void refill(Bucket& bucket, Instant now) const;
    void forget_full(Shard& shard, Instant now) const;

    const int per_minute_;
    std::array<Shard, 16> shards_;
};

}  // namespace llmapikey
