#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "domain/grant.hpp"
#include "service/key_provider.hpp"
#include "service/spending.hpp"

namespace llmapikey::service {

struct UsageSnapshot {
    base::MicroUsd spent;      // of today's cap: limit minus what is left of it
    base::MicroUsd remaining;  // never negative
    base::MicroUsd limit;      // as upstream has it now
    base::MicroUsd this_week, this_month;
    std::vector<SpendingDay> days;  // of the account, over all its keys; days without spending are missing
    base::Timestamp as_of;
};

// What the upstream last said of each key's spending, kept briefly so that neither a slow upstream delays a dashboard
// nor a busy dashboard tires the upstream. Thread-safe.
class UsageCache {
public:
    static constexpr std::chrono::days days_shown{30};

    UsageCache(KeyProvider& provider, SpendingStore& spending, const base::Clock& clock, base::Seconds call_timeout)
        : provider_(provider), spending_(spending), clock_(clock), call_timeout_(call_timeout) {}

    struct Known {
        std::optional<UsageSnapshot> snapshot;
        bool is_fresh = false;        // no need to ask again yet
        bool has_failed = false;      // the latest attempt to ask failed
        bool is_gone = false;         // upstream knows no such key
        bool should_refresh = false;  // the caller is the one to call refresh(), on a thread for upstream calls
    };
    // Never blocks on the upstream. At most one caller at a time is told to refresh a key; it must call refresh() or
    // abandon_refresh().
    Known look(const std::string& delete_handle);
    void refresh(const domain::Grant& grant);  // blocking: upstream and database
    void abandon_refresh(const std::string& delete_handle);
    // What is known of a key minted just now, without asking.
    void remember_unused(const std::string& delete_handle, base::MicroUsd limit);

private:
    struct Entry {
        std::optional<UsageSnapshot> snapshot;
        base::Timestamp asked_at;
        bool has_failed = false;
        bool is_gone = false;
        bool is_refreshing = false;
    };
    void forget_old(base::Timestamp now);

    KeyProvider& provider_;
    SpendingStore& spending_;
    const base::Clock& clock_;
    const base::Seconds call_timeout_;
    std::mutex mutex_;
    std::unordered_map<std::string, Entry> entries_;
    base::Timestamp cleaned_at_;
};

}  // namespace llmapikey::service
