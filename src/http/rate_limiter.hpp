#pragma once

#include <array>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/clock.hpp"

namespace llmapikey {

// Token buckets, one per client: each holds `per_minute` tokens and refills evenly. Memory is
// bounded; a client whose bucket was dropped starts with a full one. Thread-safe.
class RateLimiter {
public:
    using Instant = std::chrono::steady_clock::time_point;

    explicit RateLimiter(int per_minute) : per_minute_(per_minute) {}  // 0: no limit

    // Takes one token and returns nullopt. If there is none, returns after how many seconds (at
    // least 1) there will be one.
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
