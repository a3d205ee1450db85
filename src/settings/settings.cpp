#include "settings/settings.hpp"

#include <algorithm>

#include "audit/audited.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t version_digits = 16;

SettingValue configured_value(const SettingDefaults& defaults, SettingName setting) {
    switch (setting) {
        case SettingName::minting_paused:
            return std::int64_t{0};
        case SettingName::daily_limit:
            return defaults.terms.daily_limit.value;
        case SettingName::key_lifetime:
            return std::int64_t{defaults.terms.key_lifetime.count()};
        case SettingName::seats:
            return defaults.terms.max_total_keys;
        case SettingName::organizer_name:
            return defaults.organizer.name;
        case SettingName::organizer_contact:
            return defaults.organizer.contact;
        case SettingName::event_name:
            break;
    }
    return defaults.organizer.event_name;
}

std::string version_of(const std::vector<StoredSetting>& stored) {
    std::string text;
    for (const StoredSetting& each : stored) {
        text += each.name + "\n" + std::to_string(each.set_at.time_since_epoch().count()) + "\n";
        if (!each.value) continue;
        if (const auto* number = std::get_if<std::int64_t>(&*each.value)) text += std::to_string(*number) + "\n";
        if (const auto* words = std::get_if<std::string>(&*each.value)) text += *words + "\n";
    }
    return base::to_hex(base::sha256(text)).substr(0, version_digits);
}

std::string described(SettingName setting, const SettingState& state) {
    return shown_setting(setting, state.value) + (state.is_set ? "" : " (environment)");
}

std::string described(const SettingChange& change, const SettingState& before) {
    const std::string next = change.value ? shown_setting(change.setting, *change.value)
                                          : shown_setting(change.setting, before.configured) + " (environment)";
    return "from " + described(change.setting, before) + " to " + next;
}

std::string action_of(const SettingChange& change) {
    if (change.setting != SettingName::minting_paused) return "setting.change";
    return change.value ? "minting.pause" : "minting.resume";
}

bool changes_something(const SettingChange& change, const SettingState& before) {
    return change.value ? !before.is_set || *change.value != before.value : before.is_set;
}

}  // namespace

SettingsState::SettingsState(const SettingDefaults& defaults, const std::vector<StoredSetting>& stored)
    : is_minting_configured_(defaults.terms.is_enabled), version_(version_of(stored)) {
    for (const SettingRule& rule : setting_rules()) {
        SettingState& state = states_[static_cast<std::size_t>(rule.setting)];
        state.value = state.configured = configured_value(defaults, rule.setting);
        const auto found = std::find_if(stored.begin(), stored.end(),
                                        [&](const StoredSetting& each) { return each.name == rule.name; });
        if (found == stored.end()) continue;
        state.changed_at = found->set_at;
        state.changed_by = found->set_by;
        state.changed_by_login = found->set_by_login;
        // A value of another kind is not ours.
        state.is_set = found->value && found->value->index() == state.configured.index();
        if (state.is_set) state.value = *found->value;
    }
}

Terms SettingsState::terms() const {
    return {is_minting_configured_ && number(SettingName::minting_paused) == 0, number(SettingName::seats),
            base::MicroUsd{number(SettingName::daily_limit)}, std::chrono::days{number(SettingName::key_lifetime)}};
}

config::OrganizerConfig SettingsState::organizer() const {
    return {text(SettingName::organizer_name), text(SettingName::organizer_contact), text(SettingName::event_name)};
}

Settings::Settings(SettingsStore& store, SettingDefaults defaults, AuditLog& audit, const base::Clock& clock,
                   Observer on_change)
    : store_(store),
      defaults_(std::move(defaults)),
      audit_(audit),
      clock_(clock),
      on_change_(std::move(on_change)),
      state_(std::make_shared<const SettingsState>(defaults_, store.list().value_or(std::vector<StoredSetting>()))) {}

base::Result<SettingsState> Settings::read() {
    const std::lock_guard lock(reading_);
    const auto stored = TRY(store_.list());
    SettingsState now(defaults_, stored);
    if (now.version() == state()->version()) return now;
    state_.store(std::make_shared<const SettingsState>(now));
    if (on_change_) on_change_(now);
    return now;
}

base::Result<void> Settings::change(const std::vector<SettingChange>& changes, const SettingActor& by) {
    const auto before = TRY(read());
    std::vector<SettingChange> real;
    std::vector<Audited> records;
    for (SettingChange each : changes) {
        // Not to be paused is what the environment says.
        if (each.setting == SettingName::minting_paused && each.value == SettingValue{0}) each.value.reset();
        if (!changes_something(each, before.of(each.setting))) continue;
        real.push_back(each);
        records.emplace_back(audit_, clock_, by.by, action_of(each),
                             "setting:" + std::string(rule_of(each.setting).name),
                             described(each, before.of(each.setting)));
    }
    for (Audited& record : records) {
        TRY(record.begin());
    }
    if (real.empty()) return {};
    const auto stored = store_.put(real, by, clock_.now());
    if (!stored) {
        base::Error error = stored.error();
        for (Audited& record : records)
            error = record.failed(stored.error());
        return tl::unexpected(error);
    }
    for (Audited& record : records) {
        TRY(record.done());
    }
    // Other replicas learn of it within a second or two, by their job.
    (void)read();
    return {};
}

}  // namespace llmapikey
