#include "keys/drift.hpp"

namespace llmapikey {

Drift drift_between(const UpstreamKey& key, const Grant& grant, base::Timestamp now) {
    Drift drift;
    if (!grant.unsynced.empty()) return drift;
    const base::MicroUsd agreed = limit_at(grant, now);
    drift.is_looser =
        !key.limit || *key.limit > agreed || key.limit_reset != daily_reset || (!key.is_disabled && grant.is_disabled);
    if (key.is_disabled && !grant.is_disabled) drift.stricter.is_disabled = true;
    if (key.limit && *key.limit < agreed && !grant.carried_until) drift.stricter.daily_limit = *key.limit;
    // If we adopted the key, upstream's expiry counts; if we made it, the earlier one does.
    const bool is_earlier = key.expires_at && *key.expires_at < grant.expires_at;
    const bool is_other = key.expires_at && *key.expires_at != grant.expires_at;
    if (is_earlier || (is_other && grant.nonce.empty())) drift.expires_at = key.expires_at;
    return drift;
}

bool is_drift(const Drift& drift) {
    return drift.is_looser || drift.stricter.is_disabled || drift.stricter.daily_limit || drift.expires_at;
}

std::string describe(const Drift& drift) {
    std::string text;
    const auto add = [&](const char* words) { text += (text.empty() ? "" : "; ") + std::string(words); };
    if (drift.is_looser) add("upstream allowed more than was agreed");
    if (drift.stricter.is_disabled) add("it was switched off upstream");
    if (drift.stricter.daily_limit) add("its cap was lowered upstream");
    if (drift.expires_at) add("it expires at another time");
    return text;
}

}  // namespace llmapikey
