#pragma once

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

    MemoryKeyStore& keys_;
    std::mutex mutex_;
    StoredSettings stored_;
};

}  // namespace llmapikey::test
