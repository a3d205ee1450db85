#include "sandbox/openrouter_ledger.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace llmapikey::sandbox {
namespace {

using std::chrono::days;

std::chrono::year_month month_of(base::Timestamp time) {
    const std::chrono::year_month_day date{std::chrono::floor<days>(time)};
    return date.year() / date.month();
}

// Monday of that week.
std::chrono::sys_days week_of(base::Timestamp time) {
    const auto day = std::chrono::floor<days>(time);
    return day - (std::chrono::weekday{day} - std::chrono::Monday);
}

}  // namespace

std::optional<base::MicroUsd> remaining(const SimulatedKey& key) {
    if (!key.limit) return std::nullopt;
    const base::MicroUsd spent = key.limit_reset == "daily"     ? key.usage_daily
                                 : key.limit_reset == "weekly"  ? key.usage_weekly
                                 : key.limit_reset == "monthly" ? key.usage_monthly
                                                                : key.usage;
    return base::MicroUsd{key.limit->value - spent.value};
}

SimulatedKey& OpenRouterLedger::create(SimulatedKey wish) {
    auto key = std::make_unique<SimulatedKey>(std::move(wish));
    key->hash = base::to_hex(base::random_bytes(32));
    key->raw_key = "sk-or-v1-" + base::to_hex(base::random_bytes(32));
    key->created_at = clock_.now();
    key->used_at = key->created_at;
    keys_.push_back(std::move(key));
    return *keys_.back();
}

void OpenRouterLedger::roll_windows(SimulatedKey& key) const {
    const base::Timestamp now = clock_.now();
    if (std::chrono::floor<days>(now) != std::chrono::floor<days>(key.used_at)) key.usage_daily = {};
    if (week_of(now) != week_of(key.used_at)) key.usage_weekly = {};
    if (month_of(now) != month_of(key.used_at)) key.usage_monthly = {};
    key.used_at = now;
}

SimulatedKey* OpenRouterLedger::find_by_hash(const std::string& hash) {
    const auto found = std::find_if(keys_.begin(), keys_.end(),
                                    [&](const auto& key) { return key->hash == hash && !key->deleted_at; });
    if (found == keys_.end()) return nullptr;
    roll_windows(**found);
    return found->get();
}

SimulatedKey* OpenRouterLedger::find_by_raw_key(const std::string& raw_key) {
    const auto found = std::find_if(keys_.begin(), keys_.end(),
                                    [&](const auto& key) { return key->raw_key == raw_key && !key->deleted_at; });
    if (found == keys_.end()) return nullptr;
    roll_windows(**found);
    return found->get();
}

std::vector<SimulatedKey*> OpenRouterLedger::newest_first() {
    std::vector<SimulatedKey*> keys;
    for (auto key = keys_.rbegin(); key != keys_.rend(); ++key) {
        roll_windows(**key);
        keys.push_back(key->get());
    }
    return keys;
}

void OpenRouterLedger::spend(SimulatedKey& key, base::MicroUsd cost) {
    roll_windows(key);
    for (base::MicroUsd* window :
         {&key.usage, &key.usage_daily, &key.usage_weekly, &key.usage_monthly, &total_spent_}) {
        window->value += cost.value;
    }
}

}  // namespace llmapikey::sandbox
