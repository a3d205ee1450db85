#include "settings/settings.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "base/plural.hpp"

namespace llmapikey {
namespace {

constexpr std::size_t version_digits = 16;
constexpr int tries_max = 8;

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

// The contents count as well: a backup that was played back may have the same version.
std::string version_of(const StoredSettings& stored) {
    std::string text = std::to_string(stored.version) + "\n";
    for (const StoredSetting& each : stored.settings) {
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

const StoredSetting* find(const StoredSettings& stored, std::string_view name) {
    const auto found = std::find_if(stored.settings.begin(), stored.settings.end(),
                                    [&](const StoredSetting& each) { return each.name == name; });
    return found == stored.settings.end() ? nullptr : &*found;
}

tl::unexpected<base::Error> overtaken() {
    return base::fail(base::Errc::conflict, "the settings have changed meanwhile");
}

// Records the beginning of all, or of none.
base::Result<void> begin_all(std::vector<Audited>& records) {
    for (std::size_t begun = 0; begun < records.size(); ++begun) {
        const auto recorded = records[begun].begin();
        if (recorded) continue;
        for (std::size_t i = 0; i < begun; ++i)
            (void)records[i].failed(recorded.error());
        return recorded;
    }
    return {};
}

// Returns whether this change of the first admin was made. The answer may have been lost on its
// way, and a statement that was repeated then changes nothing: what is stored decides.
base::Result<bool> is_made(SettingsStore& store, base::Result<bool> answer, const std::optional<SettingValue>& value,
                           const std::string& actor, base::Timestamp at) {
    if (answer && *answer) return answer;
    const auto stored = TRY(store.list());
    const StoredSetting* admin = find(stored, first_admin_name);
    const bool is_ours = admin != nullptr && admin->value == value && admin->set_at == at && admin->set_by == actor;
    if (is_ours) return true;
    return answer;
}

}  // namespace

std::string cost_of(const Terms& terms) {
    if (terms.max_total_keys == 0)
        return "Without a limit on the seats there is no limit on what all keys together can spend.";
    const base::MicroUsd all{terms.daily_limit.value * terms.max_total_keys};
    return "If all seats are taken by keys with these terms, they can spend " + base::to_money(all) +
           " a day: " + base::counted(terms.max_total_keys, "seat") + " at " + base::to_cap(terms.daily_limit) + ".";
}

SettingsState::SettingsState(const SettingDefaults& defaults, const StoredSettings& stored)
    : is_minting_configured_(defaults.terms.is_enabled), stored_version_(stored.version), version_(version_of(stored)) {
    const StoredSetting* admin = find(stored, first_admin_name);
    if (admin != nullptr && admin->value) {
        const auto* id = std::get_if<std::int64_t>(&*admin->value);
        if (id != nullptr && *id > 0) first_admin_ = GithubUserId{*id};
    }
    for (const SettingRule& rule : setting_rules()) {
        SettingState& state = states_[static_cast<std::size_t>(rule.setting)];
        state.value = state.configured = configured_value(defaults, rule.setting);
        const StoredSetting* found = find(stored, rule.name);
        if (found == nullptr) continue;
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
      state_(std::make_shared<const SettingsState>(defaults_, store.list().value_or(StoredSettings()))) {}

base::Result<SettingsState> Settings::read() {
    const std::uint64_t reading = ++readings_begun_;
    const auto stored = TRY(store_.list());
    SettingsState now(defaults_, stored);
    const std::lock_guard lock(noting_);
    // What has begun to be read earlier may be older.
    if (reading < noted_) return now;
    noted_ = reading;
    if (now.version() == state()->version()) return now;
    state_.store(std::make_shared<const SettingsState>(now));
    if (on_change_) on_change_(now);
    return now;
}

base::Result<bool> Settings::change(const std::vector<SettingChange>& changes, const SettingActor& by,
                                    const std::optional<std::string>& seen) {
    for (int tries = 1;; ++tries) {
        const auto before = TRY(read());
        if (seen && *seen != before.version()) return overtaken();
        Real real = real_changes(changes, by, before);
        if (real.changes.empty()) return false;
        const auto stored = store(std::move(real), by, before);
        if (stored) return true;
        // Without `seen`, the values count whatever others have set meanwhile.
        const bool is_tried_again = stored.error().code == base::Errc::conflict && !seen && tries < tries_max;
        if (!is_tried_again) return tl::unexpected(stored.error());
    }
}

Settings::Real Settings::real_changes(const std::vector<SettingChange>& changes, const SettingActor& by,
                                      const SettingsState& before) {
    Real real;
    for (SettingChange each : changes) {
        // Not to be paused is what the environment says.
        if (each.setting == SettingName::minting_paused && each.value == SettingValue{0}) each.value.reset();
        if (!changes_something(each, before.of(each.setting))) continue;
        real.changes.push_back(each);
        real.records.emplace_back(audit_, clock_, by.by, action_of(each),
                                  "setting:" + std::string(rule_of(each.setting).name),
                                  described(each, before.of(each.setting)));
    }
    return real;
}

base::Result<void> Settings::store(Real real, const SettingActor& by, const SettingsState& before) {
    TRY(begin_all(real.records));
    const base::Timestamp now = clock_.now();
    auto stored = store_.put(real.changes, before.stored_version(), by, now);
    if (!stored) stored = explain_failure(stored.error(), real.changes, by, now);
    if (!stored) {
        base::Error error = stored.error();
        for (Audited& record : real.records)
            error = record.failed(stored.error());
        return tl::unexpected(error);
    }
    // This process follows, whatever becomes of the record. Other replicas learn of it within a
    // second or two, by their job.
    (void)read();
    base::Result<void> recorded;
    for (Audited& record : real.records)
        if (const auto done = record.done(); !done) recorded = done;
    return recorded;
}

// The answer may have been lost on its way, and a statement that was repeated then is refused
// because of its own change: what is stored decides.
base::Result<void> Settings::explain_failure(const base::Error& failure, const std::vector<SettingChange>& changes,
                                             const SettingActor& by, base::Timestamp at) {
    const auto now = store_.list();
    if (!now) return base::fail(failure.code, failure.detail + "; whether the change was made is not known");
    const auto is_stored = [&](const SettingChange& change) {
        const StoredSetting* found = find(*now, rule_of(change.setting).name);
        return found != nullptr && found->value == change.value && found->set_at == at && found->set_by == by.by.actor;
    };
    if (std::all_of(changes.begin(), changes.end(), is_stored)) return {};
    return tl::unexpected(failure);
}

base::Result<bool> Settings::claim_first_admin(const Recipient& account, const Initiator& by) {
    const SettingActor actor{by, account.login};
    const base::Timestamp now = clock_.now();
    const auto claim = [&] {
        return is_made(store_, store_.claim_first_admin(account.id, actor, now), SettingValue{account.id.value},
                       by.actor, now);
    };
    const std::string subject = "setting:" + std::string(first_admin_name);
    return change_first_admin(Audited(audit_, clock_, by, "admin.first", subject, "by the link that serve prints"),
                              claim);
}

base::Result<bool> Settings::remove_first_admin(const SettingActor& by) {
    const auto before = TRY(read());
    if (!before.first_admin()) return false;
    const base::Timestamp now = clock_.now();
    return change_first_admin(
        Audited(audit_, clock_, by.by, "admin.remove", "account:" + before.first_admin()->text(), ""),
        [&] { return is_made(store_, store_.remove_first_admin(by, now), std::nullopt, by.by.actor, now); });
}

base::Result<bool> Settings::change_first_admin(Audited record, const std::function<base::Result<bool>()>& change) {
    TRY(record.begin());
    const auto changed = change();
    if (!changed) return tl::unexpected(record.failed(changed.error()));
    (void)read();  // this process follows at once; other replicas within a second or two
    if (!*changed) {
        (void)record.failed({base::Errc::conflict, "somebody else was first", {}});
        return false;
    }
    TRY(record.done());
    return true;
}

}  // namespace llmapikey
