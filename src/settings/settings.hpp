#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "audit/audited.hpp"
#include "base/clock.hpp"
#include "config/config.hpp"
#include "identity/github_user_id.hpp"
#include "identity/initiator.hpp"
#include "keys/terms.hpp"
#include "settings/setting_rules.hpp"

namespace llmapikey {

// What the environment says.
struct SettingDefaults {
    Terms terms;
    config::OrganizerConfig organizer;
};

// Who changes something, with the login where it is known.
struct SettingActor {
    Initiator by;
    std::string login;
};

// What an organizer has set; without a value: that the environment counts again.
struct StoredSetting {
    std::string name;  // one that this version does not know is passed over
    std::optional<SettingValue> value;
    base::Timestamp set_at;
    std::string set_by, set_by_login;
};

struct StoredSettings {
    std::int64_t version = 0;  // grows with every change
    std::vector<StoredSetting> settings;
};

struct SettingChange {
    SettingName setting;
    std::optional<SettingValue> value;  // nullopt: back to what the environment says
};

// Stores settings. Blocking; thread-safe; fails with Errc::store_unavailable.
class SettingsStore {
public:
    virtual ~SettingsStore() = default;
    virtual base::Result<StoredSettings> list() = 0;
    // Stores all changes or none. conflict: the settings are not of version `expected` any more, so
    // that a statement that comes late, or is repeated, undoes nothing. Once this has returned, no
    // key is reserved, no turn is taken and no replacement begins by the former terms
    // (KeyStore::reserve(), MintQueue::claim(), ReplacementStore::begin_replacement()).
    virtual base::Result<void> put(const std::vector<SettingChange>& changes, std::int64_t expected,
                                   const SettingActor& by, base::Timestamp now) = 0;
    // Makes an account the first admin. Returns false if there is one already. Of any number of
    // callers one gets true.
    virtual base::Result<bool> claim_first_admin(GithubUserId account, const SettingActor& by, base::Timestamp now) = 0;
    // Returns false if there is none.
    virtual base::Result<bool> remove_first_admin(const SettingActor& by, base::Timestamp now) = 0;
};

// The name under which the first admin is stored beside the settings, which pass it over.
inline constexpr std::string_view first_admin_name = "first_admin";

struct SettingState {
    SettingValue value;                         // in force
    SettingValue configured;                    // what the environment says
    bool is_set = false;                        // an organizer has set it
    std::optional<base::Timestamp> changed_at;  // by an organizer; nullopt: never
    std::string changed_by, changed_by_login;   // actor as in the audit log; login, empty where it is not known
};

// All settings at one time. A value.
class SettingsState {
public:
    SettingsState(const SettingDefaults& defaults, const StoredSettings& stored);

    const SettingState& of(SettingName setting) const { return states_[static_cast<std::size_t>(setting)]; }
    // Whether the environment lets keys be made at all; if not, nothing that is set here changes
    // that.
    bool is_minting_configured() const { return is_minting_configured_; }
    Terms terms() const;
    config::OrganizerConfig organizer() const;
    // The account that has become admin by the link that `serve` prints; nullopt: none has.
    std::optional<GithubUserId> first_admin() const { return first_admin_; }
    // Names what is stored: two states with the same text are equal.
    const std::string& version() const { return version_; }
    std::int64_t stored_version() const { return stored_version_; }  // of StoredSettings

private:
    std::int64_t number(SettingName setting) const { return std::get<std::int64_t>(of(setting).value); }
    std::string text(SettingName setting) const { return std::get<std::string>(of(setting).value); }

    bool is_minting_configured_;
    std::array<SettingState, 7> states_;
    std::optional<GithubUserId> first_admin_;
    std::int64_t stored_version_;
    std::string version_;
};

// Says what all keys with these terms can cost in a day.
std::string cost_of(const Terms& terms);

// What organizers set while the service runs. It wins over the environment, and every change is in
// the audit log. Pages show what this process knows; keys are made by what the database says.
// Blocking; thread-safe.
class Settings final : public TermsSource {
public:
    // Called when this process learns of a change, one call at a time.
    using Observer = std::function<void(const SettingsState&)>;

    // Reads the settings; if that fails, those of the environment are shown until refresh()
    // succeeds.
    Settings(SettingsStore& store, SettingDefaults defaults, AuditLog& audit, const base::Clock& clock,
             Observer on_change = {});

    // Returns what this process has read last.
    std::shared_ptr<const SettingsState> state() const { return state_.load(); }
    Terms known() const override { return state()->terms(); }

    // Reads the settings from the database, and remembers them.
    base::Result<SettingsState> read();

    // Makes these changes, all or none, and records each from what to what. Changes that change
    // nothing are left out. Returns whether there was one. conflict: `seen`, a
    // SettingsState::version(), is not the present one.
    base::Result<bool> change(const std::vector<SettingChange>& changes, const SettingActor& by,
                              const std::optional<std::string>& seen = {});

    // Makes an account the first admin, and records it. Returns false if there is one already.
    base::Result<bool> claim_first_admin(const Recipient& account, const Initiator& by);
    // Ends that. Returns false if there is none.
    base::Result<bool> remove_first_admin(const SettingActor& by);

private:
    struct Real {
        std::vector<SettingChange> changes;
        std::vector<Audited> records;
    };
    Real real_changes(const std::vector<SettingChange>& changes, const SettingActor& by, const SettingsState& before);
    base::Result<void> store(Real real, const SettingActor& by, const SettingsState& before);
    base::Result<void> explain_failure(const base::Error& failure, const std::vector<SettingChange>& changes,
                                       const SettingActor& by, base::Timestamp at);
    // Changes who the first admin is, with its record.
    base::Result<bool> change_first_admin(Audited record, const std::function<base::Result<bool>()>& change);

    SettingsStore& store_;
    const SettingDefaults defaults_;
    AuditLog& audit_;
    const base::Clock& clock_;
    const Observer on_change_;
    std::atomic<std::uint64_t> readings_begun_{0};
    std::mutex noting_;
    std::uint64_t noted_ = 0;  // the latest reading that has told its result
    std::atomic<std::shared_ptr<const SettingsState>> state_;
};

}  // namespace llmapikey
