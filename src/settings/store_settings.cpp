#include "settings/store_settings.hpp"

#include "base/embedded.hpp"
#include "settings/settings_json.hpp"
#include "sql/sql_values.hpp"
#include "sql/statement_file.hpp"

namespace llmapikey {
namespace {

std::string named(std::string_view name) {
    return statement_of(embedded_setting_statements(), "settings.sql", name, {});
}

const std::string select_all = named("list");
const std::string put_sqlite = named("put_sqlite");
const std::string put_postgres = named("put_postgres");
const std::string claim_admin = named("claim_first_admin");
const std::string remove_admin = named("remove_first_admin");

StoredSetting read_setting(const SqlRow& row) {
    StoredSetting setting{row.text(1), std::nullopt, time_in(row, 4), row.text(5), row.text(6)};
    if (!row.is_null(2)) setting.value = row.number(2);
    if (!row.is_null(3)) setting.value = row.text(3);
    return setting;
}

}  // namespace

base::Result<StoredSettings> SqlSettingsStore::list() {
    const auto answer = TRY(database_->run(select_all, {}));
    if (answer.rows.empty())
        return base::fail(base::Errc::store_unavailable, "llmapikey.settings_version has lost its row");
    StoredSettings stored;
    stored.version = answer.rows[0].number(0);
    for (const SqlRow& row : answer.rows)
        if (!row.is_null(1)) stored.settings.push_back(read_setting(row));
    return stored;
}

base::Result<void> SqlSettingsStore::put(const std::vector<SettingChange>& changes, std::int64_t expected,
                                         const SettingActor& by, base::Timestamp now) {
    const bool is_postgres = database_->dialect() == Dialect::postgres;
    const auto values =
        SqlValues().add(json_text_of(changes)).add(seconds_of(now)).add(by.by.actor).add(by.login).add(expected);
    const auto answer = TRY(database_->run(is_postgres ? put_postgres : put_sqlite, values));
    if (answer.changed > 0) return {};
    return base::fail(base::Errc::conflict, "the settings have changed meanwhile");
}

base::Result<bool> SqlSettingsStore::claim_first_admin(GithubUserId account, const SettingActor& by,
                                                       base::Timestamp now) {
    const auto values =
        SqlValues().add(first_admin_name).add(account.value).add(seconds_of(now)).add(by.by.actor).add(by.login);
    const auto answer = TRY(database_->run(claim_admin, values));
    return answer.changed > 0;
}

base::Result<bool> SqlSettingsStore::remove_first_admin(const SettingActor& by, base::Timestamp now) {
    const auto values = SqlValues().add(first_admin_name).add(seconds_of(now)).add(by.by.actor).add(by.login);
    const auto answer = TRY(database_->run(remove_admin, values));
    return answer.changed > 0;
}

}  // namespace llmapikey
