#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/money.hpp"

namespace llmapikey::sandbox {

// A key of the simulated OpenRouter, deleted ones included.
struct SimulatedKey {
    std::string hash;     // 64 hex digits, random
    std::string raw_key;  // "sk-or-v1-" and 64 hex digits
    std::string name;
    std::string workspace_id;
    std::string limit_reset;              // "daily", "weekly", "monthly" or empty
    std::optional<base::MicroUsd> limit;  // nullopt: no cap
    bool include_byok_in_limit = false;
    bool is_disabled = false;
    base::Timestamp created_at;
    std::optional<base::Timestamp> updated_at, expires_at, deleted_at;
    base::MicroUsd usage, usage_daily, usage_weekly, usage_monthly;
    base::Timestamp used_at;  // to which the windows refer
};

// What is left of the cap in the current window; nullopt without a cap.
std::optional<base::MicroUsd> remaining(const SimulatedKey& key);

// Every key ever created. Not thread-safe: its owner locks.
class OpenRouterLedger {
public:
    explicit OpenRouterLedger(const base::Clock& clock) : clock_(clock) {}

    SimulatedKey& create(SimulatedKey wish);
    // Live keys only; null if there is none. Windows are up to date.
    SimulatedKey* find_by_hash(const std::string& hash);
    SimulatedKey* find_by_raw_key(const std::string& raw_key);
    // Newest first, deleted ones included.
    std::vector<SimulatedKey*> newest_first();
    void spend(SimulatedKey& key, base::MicroUsd cost);
    base::MicroUsd total_spent() const { return total_spent_; }

private:
    void roll_windows(SimulatedKey& key) const;

    const base::Clock& clock_;
    std::vector<std::unique_ptr<SimulatedKey>> keys_;
    base::MicroUsd total_spent_;
};

}  // namespace llmapikey::sandbox
