#pragma once

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "grant/grant.hpp"
#include "providers/key_provider.hpp"
#include "spending/spending.hpp"

namespace llmapikey {

// What an account has spent, over all keys that it has had: a key that was replaced today still
// counts. Days are those of UTC, weeks begin on Monday.
struct UsageSnapshot {
    base::MicroUsd spent;                                 // today
    std::optional<base::MicroUsd> remaining;              // of today's cap, never negative; nullopt: there is no cap
    std::optional<base::MicroUsd> limit;                  // of the present key, as upstream has it now; nullopt: none
    std::optional<base::MicroUsd> this_week, this_month;  // nullopt: not known yet
    std::vector<SpendingDay> days;                        // days without spending are missing
    base::Timestamp as_of;

    // Of what could be spent today, 0 to 100; nullopt: there is no cap.
    std::optional<int> percent_spent() const;
};

// What the upstream last said of each key's spending, kept briefly so that neither a slow upstream
// delays a dashboard nor a busy dashboard tires the upstream. Thread-safe.
class UsageCache {
public:
    static constexpr std::chrono::days days_shown{90};

    UsageCache(KeyProvider& provider, SpendingStore& spending, const base::Clock& clock, base::Seconds call_timeout)
        : provider_(provider), spending_(spending), clock_(clock), call_timeout_(call_timeout) {}

    struct Known {
        std::optional<UsageSnapshot> snapshot;
        bool is_fresh = false;        // no need to ask again yet
        bool has_failed = false;      // the latest attempt to ask failed
        bool is_gone = false;         // upstream knows no such key
        bool should_refresh = false;  // the caller is the one to call refresh(), on a thread for upstream calls
    };
    // Never blocks on the upstream. At most one caller at a time is told to refresh a key; it must
    // call refresh() or abandon_refresh().
    Known look(const std::string& delete_handle);
    void refresh(const Grant& grant);  // blocking: upstream and database
    void abandon_refresh(const std::string& delete_handle);
    // What is known of a key minted just now, without asking: nothing was spent with it. Nothing,
    // where the account's earlier keys have spent a part of the day.
    void remember_unused(const Grant& grant, base::MicroUsd limit);
    // The latest figures of today, however old; nullopt: there are none.
    std::optional<UsageSnapshot> peek(const std::string& delete_handle) const;
    // The key has been used: what is known of it is out of date, and so is what is being asked for
    // now.
    void forget(const std::string& delete_handle);

private:
    struct Entry {
        std::optional<UsageSnapshot> snapshot;
        base::Timestamp asked_at;
        std::uint64_t uses = 0;  // that forget() has told of
        bool has_failed = false;
        bool is_gone = false;
        bool is_refreshing = false;
    };
    void forget_old(base::Timestamp now);

    KeyProvider& provider_;
    SpendingStore& spending_;
    const base::Clock& clock_;
    const base::Seconds call_timeout_;
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Entry> entries_;
    base::Timestamp cleaned_at_;
};

}  // namespace llmapikey
