#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/clock.hpp"
#include "base/money.hpp"

namespace llmapikey::sandbox {

// What the API can change about a key.
struct KeySettings {
    std::string name;
    std::string limit_reset;              // "daily", "weekly", "monthly" or empty
    std::optional<base::MicroUsd> limit;  // nullopt: no cap
    bool include_byok_in_limit = false;
    bool is_disabled = false;
};

struct NewKey {
    KeySettings settings;
    std::string workspace_id;
    std::optional<base::Timestamp> expires_at;
};

struct KeyUse {
    std::int64_t requests = 0, prompt_tokens = 0, completion_tokens = 0;
    base::MicroUsd cost;
};

// Who is billed for a use: OpenRouter's credits, or a provider's own key (BYOK, "bring your own
// key").
enum class Billing { credits, byok };

// A key's place under a guardrail.
struct KeyAssignment {
    std::string id;
    std::string guardrail_id;
    base::Timestamp created_at;
    std::uint64_t number = 0;  // in the order of assignment
};

// A key of the simulated OpenRouter, deleted ones included.
struct SimulatedKey {
    const std::string hash;     // 64 hex digits, random
    const std::string raw_key;  // "sk-or-v1-" and 64 hex digits
    const std::string workspace_id;
    const base::Timestamp created_at;
    const std::optional<base::Timestamp> expires_at;
    const std::uint64_t number;  // in the order of creation
    KeySettings settings;
    std::optional<base::Timestamp> updated_at, deleted_at, last_used_at;
    std::optional<KeyAssignment> assignment;
    std::map<std::pair<std::chrono::sys_days, std::string>, KeyUse> uses;  // by UTC day and model
    base::MicroUsd usage;                                                  // of all days
    std::map<std::chrono::sys_days, base::MicroUsd> byok_uses;             // by UTC day; in none of the above

    std::string label() const;
};

// Spent in the UTC day, the week from Monday or the calendar month of `now`, as `window` is
// "daily", "weekly" or "monthly"; ever, if it is anything else.
base::MicroUsd spent_in(const SimulatedKey& key, std::string_view window, base::Timestamp now);
// The same, of what providers' own keys paid.
base::MicroUsd byok_spent_in(const SimulatedKey& key, std::string_view window, base::Timestamp now);
// What is left of the cap in the current window, where BYOK counts if the key says so; nullopt
// without a cap.
std::optional<base::MicroUsd> remaining(const SimulatedKey& key, base::Timestamp now);

// Every key ever created. Not thread-safe: its owner locks. Keys live as long as this.
class OpenRouterLedger {
public:
    using Keys = std::vector<SimulatedKey*>;

    // `clock` must outlive this.
    explicit OpenRouterLedger(const base::Clock& clock);

    SimulatedKey& create(NewKey wish);
    // At once, as if created that long ago.
    Keys create_all(std::vector<NewKey> wishes, base::Seconds ago);
    // Live keys only; null if there is none.
    SimulatedKey* find_by_hash(std::string_view hash) const;
    SimulatedKey* find_by_raw_key(std::string_view raw_key) const;
    // Live keys of a workspace, newest first; costs what it returns.
    Keys page(const std::string& workspace_id, bool includes_disabled, std::size_t offset, std::size_t limit) const;
    // The live key of the same workspace that is next older; null if there is none.
    SimulatedKey* next_older(const SimulatedKey& key) const;
    // In the order of creation, deleted ones included.
    const std::vector<std::unique_ptr<SimulatedKey>>& all() const { return keys_; }

    void change(SimulatedKey& key, KeySettings settings);
    void remove(SimulatedKey& key);
    // `use.requests` and tokens may be 0.
    void spend(SimulatedKey& key, const std::string& model, const KeyUse& use, Billing billing = Billing::credits);
    base::MicroUsd total_spent() const { return total_spent_; }

private:
    // Oldest first. A deleted key is in neither, a disabled one in `live` only.
    struct Workspace {
        Keys live, enabled;
    };
    SimulatedKey& make(NewKey wish, base::Timestamp created_at);

    const base::Clock& clock_;
    const std::string secret_;  // what hashes and raw keys are made from
    std::vector<std::unique_ptr<SimulatedKey>> keys_;
    std::unordered_map<std::string_view, SimulatedKey*> by_hash_, by_raw_key_;  // views into the keys
    std::unordered_map<std::string, Workspace> workspaces_;
    base::MicroUsd total_spent_;
};

}  // namespace llmapikey::sandbox
