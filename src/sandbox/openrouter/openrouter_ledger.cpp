#include "sandbox/openrouter/openrouter_ledger.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace llmapikey::sandbox {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using Keys = OpenRouterLedger::Keys;

// Returns the first day of the window that contains `day`; sys_days::min() for any window but
// daily, weekly and monthly.
sys_days begin_of(std::string_view window, sys_days day) {
    if (window == "daily") return day;
    if (window == "weekly") return day - (std::chrono::weekday{day} - std::chrono::Monday);
    if (window != "monthly") return sys_days::min();
    const std::chrono::year_month_day date{day};
    return date.year() / date.month() / 1;
}

bool is_older(const SimulatedKey* left, const SimulatedKey* right) {
    return std::pair(left->created_at, left->number) < std::pair(right->created_at, right->number);
}

// Merges the keys from `first_new` on into the keys before them. Both parts are sorted.
void settle_in(Keys& keys, std::size_t first_new) {
    if (first_new == 0 || first_new == keys.size() || is_older(keys[first_new - 1], keys[first_new])) return;
    std::inplace_merge(keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(first_new), keys.end(), is_older);
}

void add(Keys& keys, SimulatedKey& key) {
    keys.push_back(&key);
    settle_in(keys, keys.size() - 1);
}

void take_out(Keys& keys, const SimulatedKey& key) {
    const auto found = std::lower_bound(keys.begin(), keys.end(), &key, is_older);
    if (found != keys.end() && *found == &key) keys.erase(found);
}

SimulatedKey* find_live(const std::unordered_map<std::string_view, SimulatedKey*>& keys, std::string_view name) {
    const auto found = keys.find(name);
    return found == keys.end() || found->second->deleted_at ? nullptr : found->second;
}

}  // namespace

std::string SimulatedKey::label() const {
    return raw_key.substr(0, 12) + "..." + raw_key.substr(raw_key.size() - 3);
}

base::MicroUsd spent_in(const SimulatedKey& key, std::string_view window, base::Timestamp now) {
    const sys_days today = std::chrono::floor<days>(now), begin = begin_of(window, today);
    if (begin == sys_days::min()) return key.usage;
    base::MicroUsd sum;
    for (auto use = key.uses.lower_bound({begin, ""}); use != key.uses.end() && use->first.first <= today; ++use)
        sum.value += use->second.cost.value;
    return sum;
}

base::MicroUsd byok_spent_in(const SimulatedKey& key, std::string_view window, base::Timestamp now) {
    const sys_days today = std::chrono::floor<days>(now), begin = begin_of(window, today);
    base::MicroUsd sum;
    for (const auto& [day, cost] : key.byok_uses)
        if (day >= begin && day <= today) sum.value += cost.value;
    return sum;
}

std::optional<base::MicroUsd> remaining(const SimulatedKey& key, base::Timestamp now) {
    if (!key.settings.limit) return std::nullopt;
    const std::string& window = key.settings.limit_reset;
    const auto byok = key.settings.include_byok_in_limit ? byok_spent_in(key, window, now) : base::MicroUsd{};
    return base::MicroUsd{key.settings.limit->value - spent_in(key, window, now).value - byok.value};
}

OpenRouterLedger::OpenRouterLedger(const base::Clock& clock) : clock_(clock), secret_(base::random_bytes(32)) {}

SimulatedKey& OpenRouterLedger::make(NewKey wish, base::Timestamp created_at) {
    // An HMAC is as good as random here, and avoids 200,000 system calls if many keys are seeded.
    const std::string number = std::to_string(keys_.size());
    SimulatedKey key{base::to_hex(base::hmac_sha256(secret_, "hash " + number)),
                     "sk-or-v1-" + base::to_hex(base::hmac_sha256(secret_, "key " + number)),
                     std::move(wish.workspace_id),
                     created_at,
                     wish.expires_at,
                     keys_.size(),
                     std::move(wish.settings),
                     {},
                     {},
                     {},
                     {},
                     {},
                     {},
                     {}};
    SimulatedKey& made = *keys_.emplace_back(std::make_unique<SimulatedKey>(std::move(key)));
    by_hash_.emplace(made.hash, &made);
    by_raw_key_.emplace(made.raw_key, &made);
    return made;
}

SimulatedKey& OpenRouterLedger::create(NewKey wish) {
    SimulatedKey& key = make(std::move(wish), clock_.now());
    Workspace& workspace = workspaces_[key.workspace_id];
    add(workspace.live, key);
    if (!key.settings.is_disabled) add(workspace.enabled, key);
    return key;
}

Keys OpenRouterLedger::create_all(std::vector<NewKey> wishes, base::Seconds ago) {
    struct Sizes {
        std::size_t live, enabled;
    };
    std::unordered_map<Workspace*, Sizes> before;
    const base::Timestamp created_at = clock_.now() - ago;
    Keys created;
    for (NewKey& wish : wishes) {
        SimulatedKey& key = make(std::move(wish), created_at);
        Workspace& workspace = workspaces_[key.workspace_id];
        before.try_emplace(&workspace, Sizes{workspace.live.size(), workspace.enabled.size()});
        workspace.live.push_back(&key);
        if (!key.settings.is_disabled) workspace.enabled.push_back(&key);
        created.push_back(&key);
    }
    for (const auto& [workspace, sizes] : before) {
        settle_in(workspace->live, sizes.live);
        settle_in(workspace->enabled, sizes.enabled);
    }
    return created;
}

SimulatedKey* OpenRouterLedger::find_by_hash(std::string_view hash) const {
    return find_live(by_hash_, hash);
}

SimulatedKey* OpenRouterLedger::find_by_raw_key(std::string_view raw_key) const {
    return find_live(by_raw_key_, raw_key);
}

Keys OpenRouterLedger::page(const std::string& workspace_id, bool includes_disabled, std::size_t offset,
                            std::size_t limit) const {
    const auto workspace = workspaces_.find(workspace_id);
    if (workspace == workspaces_.end()) return {};
    const Keys& keys = includes_disabled ? workspace->second.live : workspace->second.enabled;
    const std::size_t first = std::min(offset, keys.size()), last = first + std::min(limit, keys.size() - first);
    return {keys.rbegin() + static_cast<std::ptrdiff_t>(first), keys.rbegin() + static_cast<std::ptrdiff_t>(last)};
}

SimulatedKey* OpenRouterLedger::next_older(const SimulatedKey& key) const {
    const auto workspace = workspaces_.find(key.workspace_id);
    if (workspace == workspaces_.end()) return nullptr;
    const Keys& keys = workspace->second.live;
    const auto found = std::lower_bound(keys.begin(), keys.end(), &key, is_older);
    return found == keys.begin() ? nullptr : *(found - 1);
}

void OpenRouterLedger::change(SimulatedKey& key, KeySettings settings) {
    Keys& enabled = workspaces_[key.workspace_id].enabled;
    if (settings.is_disabled && !key.settings.is_disabled) take_out(enabled, key);
    if (!settings.is_disabled && key.settings.is_disabled) add(enabled, key);
    key.settings = std::move(settings);
    key.updated_at = clock_.now();
}

void OpenRouterLedger::remove(SimulatedKey& key) {
    Workspace& workspace = workspaces_[key.workspace_id];
    take_out(workspace.live, key);
    take_out(workspace.enabled, key);
    key.deleted_at = clock_.now();
}

void OpenRouterLedger::spend(SimulatedKey& key, const std::string& model, const KeyUse& use, Billing billing) {
    key.last_used_at = clock_.now();
    if (billing == Billing::byok) {
        key.byok_uses[std::chrono::floor<days>(clock_.now())].value += use.cost.value;
        return;
    }
    KeyUse& sum = key.uses[{std::chrono::floor<days>(clock_.now()), model}];
    sum.requests += use.requests;
    sum.prompt_tokens += use.prompt_tokens;
    sum.completion_tokens += use.completion_tokens;
    for (base::MicroUsd* amount : {&sum.cost, &key.usage, &total_spent_})
        amount->value += use.cost.value;
}

}  // namespace llmapikey::sandbox
