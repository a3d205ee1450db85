#include "http/rate_limiter.hpp"

#include <algorithm>
#include <cmath>

namespace llmapikey {
namespace {

constexpr std::size_t buckets_per_shard_max = 8192;

}  // namespace

void RateLimiter::refill(Bucket& bucket, Instant now) const {
    const std::chrono::duration<double> passed = now - bucket.filled_at;
    const double gained = std::max(passed.count(), 0.0) * per_minute_ / 60.0;
    bucket.tokens = std::min(bucket.tokens + gained, static_cast<double>(per_minute_));
    bucket.filled_at = now;
}

void RateLimiter::forget_full(Shard& shard, Instant now) const {
    for (auto entry = shard.buckets.begin(); entry != shard.buckets.end();) {
        refill(entry->second, now);
        const bool is_full = entry->second.tokens >= static_cast<double>(per_minute_);
        entry = is_full ? shard.buckets.erase(entry) : std::next(entry);
    }
    // If all buckets are busy, this is an attack from many addresses. Dropping the buckets costs
    // less than growing without bound.
    if (shard.buckets.size() >= buckets_per_shard_max) shard.buckets.clear();
}

std::optional<base::Seconds> RateLimiter::take(const std::string& client, Instant now) {
    if (per_minute_ == 0) return std::nullopt;
    Shard& shard = shards_[std::hash<std::string>{}(client) % shards_.size()];
    const std::lock_guard lock(shard.mutex);
    if (shard.buckets.size() >= buckets_per_shard_max && !shard.buckets.contains(client)) forget_full(shard, now);
    const auto [entry, is_new] = shard.buckets.try_emplace(client, Bucket{static_cast<double>(per_minute_), now});
    Bucket& bucket = entry->second;
    if (!is_new) refill(bucket, now);
    if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return std::nullopt;
    }
    const double wait = (1 - bucket.tokens) * 60.0 / per_minute_;
    return base::Seconds{std::max<std::int64_t>(1, static_cast<std::int64_t>(std::ceil(wait)))};
}

}  // namespace llmapikey
