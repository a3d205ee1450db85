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

StoredSetting read_setting(const SqlRow& row) {
    StoredSetting setting{row.text(0), std::nullopt, time_in(row, 3), row.text(4), row.text(5)};
    if (!row.is_null(1)) setting.value = row.number(1);
    if (!row.is_null(2)) setting.value = row.text(2);
    return setting;
}

}  // namespace

base::Result<std::vector<StoredSetting>> SqlSettingsStore::list() {
    const auto answer = TRY(database_->run(select_all, {}));
    std::vector<StoredSetting> settings;
    for (const SqlRow& row : answer.rows)
        settings.push_back(read_setting(row));
    return settings;
}

base::Result<void> SqlSettingsStore::put(const std::vector<SettingChange>& changes, const SettingActor& by,
                                         base::Timestamp now) {
    const bool is_postgres = database_->dialect() == Dialect::postgres;
    const auto values = SqlValues().add(json_text_of(changes)).add(seconds_of(now)).add(by.by.actor).add(by.login);
    return done(database_->run(is_postgres ? put_postgres : put_sqlite, values));
}

}  // namespace llmapikey
