#pragma once

#include <algorithm>
#include <functional>
#include <mutex>
#include <utility>

#include "settings/settings.hpp"
#include "support/memory_key_store.hpp"

namespace llmapikey::test {

// SettingsStore in memory: tells the terms to the keys in memory, as the statements of the
// databases look them up. Thread-safe.
class MemorySettings final : public SettingsStore {
public:
    explicit MemorySettings(MemoryKeyStore& keys) : keys_(keys) {}

    base::Result<StoredSettings> list() override {
        auto listed = list_now();
        if (after_list) std::exchange(after_list, {})();
        return listed;
    }
    base::Result<void> put(const std::vector<SettingChange>& changes, std::int64_t expected, const SettingActor& by,
                           base::Timestamp now) override {
        if (before_put) std::exchange(before_put, {})();
        const std::lock_guard lock(mutex_);
        if (is_away || is_full) return base::fail(base::Errc::store_unavailable, "the database is away");
        if (stored_.version != expected) return base::fail(base::Errc::conflict, "the settings have changed");
        ++stored_.version;
        for (const SettingChange& change : changes) {
            const std::string name(rule_of(change.setting).name);
            std::erase_if(stored_.settings, [&](const StoredSetting& each) { return each.name == name; });
            stored_.settings.push_back({name, change.value, now, by.by.actor, by.login});
            const auto* number = change.value ? std::get_if<std::int64_t>(&*change.value) : nullptr;
            keys_.set_term(name, number != nullptr ? std::optional(*number) : std::nullopt);
        }
        if (std::exchange(is_answer_lost, false)) return base::fail(base::Errc::store_unavailable, "lost");
        return {};
    }

    base::Result<bool> claim_first_admin(GithubUserId account, const SettingActor& by, base::Timestamp now) override {
        const std::lock_guard lock(mutex_);
        return set_first_admin(SettingValue{account.value}, by, now);
    }
    base::Result<bool> remove_first_admin(const SettingActor& by, base::Timestamp now) override {
        const std::lock_guard lock(mutex_);
        return set_first_admin(std::nullopt, by, now);
    }

    std::function<void()> after_list;  // called once, when somebody has read, but not heard of it yet
    std::function<void()> before_put;  // called once, when somebody is about to store something
    bool is_answer_lost = false;       // of the next change, which is stored
    bool is_away = false;
    bool is_full = false;  // nothing more can be written

private:
    base::Result<StoredSettings> list_now() {
        const std::lock_guard lock(mutex_);
        if (is_away) return base::fail(base::Errc::store_unavailable, "the database is away");
        return stored_;
    }

    base::Result<bool> set_first_admin(std::optional<SettingValue> value, const SettingActor& by, base::Timestamp now) {
        if (is_away || is_full) return base::fail(base::Errc::store_unavailable, "the database is away");
        const auto is_admin = [](const StoredSetting& each) { return each.name == first_admin_name && each.value; };
        const bool is_there = std::any_of(stored_.settings.begin(), stored_.settings.end(), is_admin);
        if (is_there == value.has_value()) return false;
        std::erase_if(stored_.settings, [](const StoredSetting& each) { return each.name == first_admin_name; });
        stored_.settings.push_back({std::string(first_admin_name), std::move(value), now, by.by.actor, by.login});
        if (std::exchange(is_answer_lost, false)) return base::fail(base::Errc::store_unavailable, "lost");
        return true;
    }

    MemoryKeyStore& keys_;
    std::mutex mutex_;
    StoredSettings stored_;
};

}  // namespace llmapikey::test
