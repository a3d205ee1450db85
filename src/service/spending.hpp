#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "domain/github_user_id.hpp"
#include "service/key_provider.hpp"

namespace llmapikey::service {

// What one key had spent of one day when upstream was asked.
struct SpendingReading {
    std::string delete_handle;
    base::MicroUsd spent;  // on that day so far
    base::Timestamp at;
};

struct SpendingDay {
    std::string day;  // "2027-02-22", UTC
    base::MicroUsd spent;
};

// The spending of accounts by day, over all keys that they have had: what a key has spent today still counts when
// another has taken its place. Blocking, thread-safe; can fail with Errc::store_unavailable.
class SpendingStore {
public:
    virtual ~SpendingStore() = default;
    // For the accounts of which a row holds these keys; others are passed over. Never lowers what is known. Repeating
    // it is harmless.
    virtual base::Result<void> note(const std::vector<SpendingReading>& readings) = 0;
    // From the day of `since` on, in order; days without spending are missing.
    virtual base::Result<std::vector<SpendingDay>> days(domain::GithubUserId id, base::Timestamp since) = 0;
    // Forgets days before that of `before`.
    virtual base::Result<void> prune_days(base::Timestamp before) = 0;
};

// What a key has spent of today's cap. Never lifetime usage, and never negative.
base::MicroUsd spent_today(const UpstreamKey& key);

}  // namespace llmapikey::service
