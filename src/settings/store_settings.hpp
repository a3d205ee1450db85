#pragma once

#include <memory>

#include "settings/settings.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// Implements SettingsStore for both databases.
class SqlSettingsStore final : public SettingsStore {
public:
    explicit SqlSettingsStore(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<StoredSettings> list() override;
    base::Result<void> put(const std::vector<SettingChange>& changes, std::int64_t expected, const SettingActor& by,
                           base::Timestamp now) override;
    base::Result<bool> claim_first_admin(GithubUserId account, const SettingActor& by, base::Timestamp now) override;
    base::Result<bool> remove_first_admin(const SettingActor& by, base::Timestamp now) override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
