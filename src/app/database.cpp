#include "app/database.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "activity/store_activity.hpp"
#include "app/jobs/store_leases.hpp"
#include "audit/store_postgres_audit_log.hpp"
#include "audit/store_sqlite_audit_log.hpp"
#include "base/system/file_access.hpp"
#include "bulk/changes/store_bulk_change.hpp"
#include "bulk/store_bulk.hpp"
#include "insight/store_statistics.hpp"
#include "keys/store_admin.hpp"
#include "keys/store_attempt_history.hpp"
#include "keys/store_mint_queue.hpp"
#include "keys/store_postgres_endings.hpp"
#include "keys/store_postgres_keys.hpp"
#include "keys/store_replacement.hpp"
#include "keys/store_sqlite_endings.hpp"
#include "keys/store_sqlite_keys.hpp"
#include "ops/log.hpp"
#include "people/store/store_people.hpp"
#include "roster/store_roster.hpp"
#include "schema/postgres_migrations.hpp"
#include "schema/sqlite_migrations.hpp"
#include "sealing/sealing_canary.hpp"
#include "sealing/store_sealed.hpp"
#include "settings/store_settings.hpp"
#include "site/store_answers.hpp"
#include "site/store_rate_limits.hpp"
#include "spending/store_spending.hpp"
#include "sql/postgres/postgres_sql.hpp"
#include "sql/sqlite/sqlite_sql.hpp"
#include "tokens/store_tokens.hpp"
#include "webhooks/store_webhooks.hpp"

namespace llmapikey::app {
namespace {

namespace postgres = postgres;
namespace sqlite = sqlite;

constexpr int sqlite_threads = 4;
constexpr base::Millis sqlite_busy_timeout{5'000};
constexpr base::Millis no_statement_timeout{0};

bool is_embedded(const config::Config& config) {
    return config.postgres_url.empty();
}

std::string file_path(const config::Config& config) {
    return config.data_dir + "/llmapikey.db";
}

sqlite::Durability durability_of(const config::Config& config) {
    return config.is_data_thrown_away ? sqlite::Durability::thrown_away : sqlite::Durability::kept;
}

base::Result<void> make_data_folder(const config::Config& config) {
    std::error_code ec;
    const bool is_new = std::filesystem::create_directories(config.data_dir, ec);
    if (ec) {
        return base::fail(base::Errc::store_unavailable,
                          "DATA_DIR " + config.data_dir + " cannot be made: " + ec.message() +
                              "; create it, or set DATA_DIR to a folder that can be written");
    }
    if (is_new) ::chmod(config.data_dir.c_str(), S_IRWXU);
    return {};
}

// Whether something can be made in a folder, found out by making a folder there and removing it.
bool can_make_folder_in(const std::string& folder) {
    std::string name = folder + "/.llmapikey-XXXXXX";
    return ::mkdtemp(name.data()) != nullptr && ::rmdir(name.c_str()) == 0;
}

// Whether DATA_DIR can be used or made; looks at as much of its path as exists.
base::Result<void> check_data_folder(const config::Config& config) {
    std::error_code ec;
    std::filesystem::path folder = std::filesystem::absolute(config.data_dir, ec);
    while (folder.has_relative_path() && !std::filesystem::exists(folder, ec) && !ec)
        folder = folder.parent_path();
    const bool is_folder = std::filesystem::is_directory(folder, ec);
    if (is_folder && can_make_folder_in(folder)) return {};
    return base::fail(base::Errc::store_unwritable,
                      "DATA_DIR " + config.data_dir + " cannot be used" +
                          (is_folder ? base::describe_access(folder) : " (" + folder.string() + " is no folder)") +
                          "; create it, or set DATA_DIR to a folder that can be written");
}

base::Result<Migrator> open_sqlite_migrator(const config::Config& config, sqlite::Access access,
                                            const base::Clock& clock) {
    if (access == sqlite::Access::read_write) {
        TRY(make_data_folder(config));
    }
    auto connection =
        TRY(sqlite::Connection::open(file_path(config), access, sqlite_busy_timeout, durability_of(config)));
    return sqlite::make_migrator(std::move(connection), clock);
}

base::Result<Migrator> open_postgres_migrator(const config::Config& config, const base::Sealer* sealer) {
    const auto settings = TRY(postgres::ConnectionSettings::parse(config.postgres_url.reveal()));
    auto connection = TRY(postgres::Connection::open(settings, no_statement_timeout));
    const postgres::AdoptionPolicy policy{sealer, config.key_daily_limit, config.key_expiry};
    return postgres::make_migrator(std::move(connection), policy);
}

// Those that both databases share.
void open_shared(const std::shared_ptr<SqlDatabase>& database, std::shared_ptr<GrantEndings> endings, Stores& stores) {
    stores.admin = std::make_unique<SqlAdminStore>(database, endings);
    stores.replacements = std::make_unique<SqlReplacementStore>(database, std::move(endings));
    stores.queue = std::make_unique<SqlMintQueue>(database);
    stores.spending = std::make_unique<SqlSpendingStore>(database);
    stores.history = std::make_unique<SqlAttemptHistory>(database);
    stores.bulks = std::make_unique<SqlBulkStore>(database);
    stores.changes = std::make_unique<SqlBulkChangeStore>(database);
    stores.tokens = std::make_unique<SqlTokenStore>(database);
    stores.answers = std::make_unique<SqlStoredAnswers>(database);
    stores.leases = std::make_unique<SqlLeases>(database);
    stores.roster = std::make_unique<SqlRosterStore>(database);
    stores.people = std::make_unique<SqlPeopleStore>(database);
    stores.activity = std::make_unique<SqlActivityStore>(database);
    stores.statistics = std::make_unique<SqlStatisticsStore>(database);
    stores.webhooks = std::make_unique<SqlWebhookStore>(database);
    stores.settings = std::make_unique<SqlSettingsStore>(database);
    stores.sealed = std::make_unique<SqlSealedStore>(database);
    stores.misdated = std::make_unique<SqlTimeCorrection>(database);
}

DatabaseClock::Read reader_of_time(std::shared_ptr<SqlDatabase> database) {
    return [database = std::move(database)]() -> base::Result<DatabaseClock::Micros> {
        const auto answer = TRY(database->run("SELECT {queue_time}", {}));
        return DatabaseClock::Micros{answer.rows.at(0).number(0)};
    };
}

base::Result<Stores> open_sqlite(const config::Config& config) {
    Stores stores;
    const auto connections =
        TRY(sqlite::Connections::open({file_path(config), sqlite_threads, sqlite_busy_timeout, durability_of(config)},
                                      sqlite::check_schema, stores.health));
    stores.keys = std::make_unique<sqlite::SqliteKeyStore>(connections);
    stores.audit = std::make_unique<sqlite::SqliteAuditLog>(connections);
    open_shared(std::make_shared<sqlite::SqliteSql>(connections),
                std::make_shared<sqlite::SqliteGrantEndings>(connections), stores);
    stores.shrink = [connections] { return connections->shrink_log(); };
    return stores;
}

base::Result<Stores> open_postgres(const config::Config& config) {
    auto settings = TRY(postgres::ConnectionSettings::parse(config.postgres_url.reveal()));
    postgres::PoolOptions options;
    options.size = config.postgres_pool_size;
    Stores stores;
    auto database = std::make_shared<postgres::Database>(std::move(settings), options, stores.health);
    stores.keys = std::make_unique<postgres::PostgresKeyStore>(database);
    stores.audit = std::make_unique<postgres::PostgresAuditLog>(database);
    const auto sql = std::make_shared<postgres::PostgresSql>(database);
    open_shared(sql, std::make_shared<postgres::PostgresGrantEndings>(database), stores);
    stores.rate_limits = std::make_unique<postgres::PostgresRateLimits>(database);
    TRY(stores.keys->check());
    stores.clock = std::make_unique<DatabaseClock>(reader_of_time(sql));
    TRY(stores.clock->refresh());
    return stores;
}

}  // namespace

Sealers::Sealers(const config::Config& config)
    : keys(config.key_encryption_secret, "raw keys", config.key_encryption_secret_also_accepted),
      webhooks(config.key_encryption_secret, "webhook secrets", config.key_encryption_secret_also_accepted) {}

base::Result<Stores> open_stores(const config::Config& config) {
    return is_embedded(config) ? open_sqlite(config) : open_postgres(config);
}

base::Result<void> verify_secret(const Stores& stores, const config::Config& config) {
    const Sealers sealers(config);
    return SealingCanary(*stores.sealed, sealers.keys, sealers.webhooks).verify_or_write();
}

base::Result<std::unique_ptr<DatabaseMigration>> DatabaseMigration::open(const config::Config& config,
                                                                         const base::Clock& clock) {
    return open(config, Creation::allowed, clock);
}

base::Result<std::unique_ptr<DatabaseMigration>> DatabaseMigration::open_existing(const config::Config& config,
                                                                                  const base::Clock& clock) {
    return open(config, Creation::forbidden, clock);
}

base::Result<std::unique_ptr<DatabaseMigration>> DatabaseMigration::open(const config::Config& config,
                                                                         Creation creation, const base::Clock& clock) {
    const auto access = creation == Creation::allowed ? sqlite::Access::read_write : sqlite::Access::read_only;
    std::unique_ptr<DatabaseMigration> migration(new DatabaseMigration());
    if (!config.key_encryption_secret.empty()) {
        migration->sealer_ = std::make_unique<base::Sealer>(Sealers(config).keys);
    }
    auto migrator = TRY(is_embedded(config) ? open_sqlite_migrator(config, access, clock)
                                            : open_postgres_migrator(config, migration->sealer_.get()));
    migration->migrator_ = std::make_unique<Migrator>(std::move(migrator));
    return migration;
}

base::Result<Stores> open_migrated_stores(const config::Config& config, const base::Clock& clock) {
    const auto migration = TRY(DatabaseMigration::open(config, clock));
    const auto migrated = TRY(migration->migrator().up());
    if (migrated > 0) ops::log(ops::LogLevel::info, "migrations applied", {{"count", std::to_string(migrated)}});
    TRY(migration->migrator().rehearse_write());
    // The migrator's connection is closed last: SQLite tidies its files up when nobody has them
    // open, which takes longer than the rest of a start.
    auto stores = TRY(open_stores(config));
    TRY(verify_secret(stores, config));
    return stores;
}

base::Result<Inspection> inspect_database(const config::Config& config, const base::Clock& clock) {
    std::error_code ec;
    if (is_embedded(config) && !std::filesystem::exists(file_path(config), ec) && !ec) {
        TRY(check_data_folder(config));
        return Inspection{false, 0};
    }
    const auto migration = TRY(DatabaseMigration::open_existing(config, clock));
    const auto states = TRY(migration->migrator().states());
    TRY(migration->migrator().rehearse_write());
    const auto missing =
        std::count_if(states.begin(), states.end(), [](const auto& state) { return !state.applied_at; });
    return Inspection{true, static_cast<int>(missing)};
}

base::Result<void> back_up(const config::Config& config, const std::string& path) {
    if (!is_embedded(config)) {
        return base::fail(base::Errc::invalid_input,
                          "the data is in PostgreSQL: use pg_dump --format=custom --schema=llmapikey "
                          "--extension=pg_trgm (docs/backup.md)");
    }
    std::error_code ec;
    if (!std::filesystem::exists(file_path(config), ec)) {
        return base::fail(base::Errc::store_unavailable, "there is no database at " + file_path(config));
    }
    if (std::filesystem::exists(path, ec)) {
        return base::fail(base::Errc::invalid_input, path + " exists: give a name that does not");
    }
    const auto source =
        TRY(sqlite::Connection::open(file_path(config), sqlite::Access::read_write, sqlite_busy_timeout));
    return source->copy_to(path);
}

std::string describe_database(const config::Config& config) {
    std::error_code ec;  // a relative DATA_DIR is another one from each folder: it is shown as what it means
    if (is_embedded(config)) return std::filesystem::absolute(file_path(config), ec).lexically_normal().string();
    const auto settings = postgres::ConnectionSettings::parse(config.postgres_url.reveal());
    return "PostgreSQL at " + (settings ? settings->description() : std::string("POSTGRES_URL"));
}

int database_threads(const config::Config& config) {
    return is_embedded(config) ? sqlite_threads : config.postgres_pool_size;
}

}  // namespace llmapikey::app
