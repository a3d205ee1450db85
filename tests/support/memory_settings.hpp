#pragma once

#include <mutex>

#include "settings/settings.hpp"
#include "support/memory_key_store.hpp"

namespace llmapikey::test {

// SettingsStore in memory: tells the terms to the keys in memory, as the statements of the
// databases look them up. Thread-safe.
class MemorySettings final : public SettingsStore {
public:
    explicit MemorySettings(MemoryKeyStore& keys) : keys_(keys) {}

    base::Result<std::vector<StoredSetting>> list() override {
        const std::lock_guard lock(mutex_);
        if (is_away) return base::fail(base::Errc::store_unavailable, "the database is away");
        return stored_;
    }
    base::Result<void> put(const std::vector<SettingChange>& changes, const SettingActor& by,
                           base::Timestamp now) override {
        const std::lock_guard lock(mutex_);
        if (is_away || is_full) return base::fail(base::Errc::store_unavailable, "the database is away");
        for (const SettingChange& change : changes) {
            const std::string name(rule_of(change.setting).name);
            std::erase_if(stored_, [&](const StoredSetting& each) { return each.name == name; });
            stored_.push_back({name, change.value, now, by.by.actor, by.login});
            const auto* number = change.value ? std::get_if<std::int64_t>(&*change.value) : nullptr;
            keys_.set_term(name, number != nullptr ? std::optional(*number) : std::nullopt);
        }
        return {};
    }

    bool is_away = false;
    bool is_full = false;  // nothing more can be written

private:
    MemoryKeyStore& keys_;
    std::mutex mutex_;
    std::vector<StoredSetting> stored_;
};

}  // namespace llmapikey::test
