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

// The settings of a key that the API can change.
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

// Says who is billed for a use: OpenRouter's credits, or a provider's own key (BYOK, "bring your
// own key").
enum class Billing { credits, byok };

// The assignment of a key to a guardrail.
struct KeyAssignment {
    std::string id;
    std::string guardrail_id;
    base::Timestamp created_at;
    std::uint64_t number = 0;  // in the order of assignment
};

// A key of the simulated OpenRouter. Deleted keys are kept.
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
    std::map<std::chrono::sys_days, base::MicroUsd> byok_uses;             // by UTC day; not part of `uses` and `usage`

    std::string label() const;
};

// Returns what was spent in the UTC day ("daily"), the week from Monday ("weekly") or the calendar
// month ("monthly") of `now`; for any other `window`, what was ever spent.
base::MicroUsd spent_in(const SimulatedKey& key, std::string_view window, base::Timestamp now);
// Returns the same for the spending that providers' own keys paid.
base::MicroUsd byok_spent_in(const SimulatedKey& key, std::string_view window, base::Timestamp now);
// Returns what is left of the cap in the current window; BYOK counts if the key's settings say so.
// Returns nullopt if there is no cap. It can be negative.
std::optional<base::MicroUsd> remaining(const SimulatedKey& key, base::Timestamp now);

// Holds every key ever created. Not thread-safe: its owner locks. Keys live as long as this object.
class OpenRouterLedger {
public:
    using Keys = std::vector<SimulatedKey*>;

    // `clock` must outlive this object.
    explicit OpenRouterLedger(const base::Clock& clock);

    SimulatedKey& create(NewKey wish);
    // Creates all keys at once, as if `ago` ago.
    Keys create_all(std::vector<NewKey> wishes, base::Seconds ago);
    // Finds a live key; returns null if there is none.
    SimulatedKey* find_by_hash(std::string_view hash) const;
    SimulatedKey* find_by_raw_key(std::string_view raw_key) const;
    // Returns live keys of a workspace, newest first. The cost is that of the keys returned.
    Keys page(const std::string& workspace_id, bool includes_disabled, std::size_t offset, std::size_t limit) const;
    // Returns the next older live key of the same workspace; null if there is none.
    SimulatedKey* next_older(const SimulatedKey& key) const;
    // Returns all keys in the order of creation, including deleted ones.
    const std::vector<std::unique_ptr<SimulatedKey>>& all() const { return keys_; }

    void change(SimulatedKey& key, KeySettings settings);
    void remove(SimulatedKey& key);
    // The requests and tokens in `use` may be 0.
    void spend(SimulatedKey& key, const std::string& model, const KeyUse& use, Billing billing = Billing::credits);
    base::MicroUsd total_spent() const { return total_spent_; }

private:
    // Both lists are sorted, oldest first. A deleted key is in neither list, a disabled key only in
    // `live`.
    struct Workspace {
        Keys live, enabled;
    };
    SimulatedKey& make(NewKey wish, base::Timestamp created_at);

    const base::Clock& clock_;
    const std::string secret_;  // hashes and raw keys are derived from it
    std::vector<std::unique_ptr<SimulatedKey>> keys_;
    std::unordered_map<std::string_view, SimulatedKey*> by_hash_, by_raw_key_;  // views into the keys
    std::unordered_map<std::string, Workspace> workspaces_;
    base::MicroUsd total_spent_;
};

}  // namespace llmapikey::sandbox
