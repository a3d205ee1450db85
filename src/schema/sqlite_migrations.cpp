#include "schema/sqlite_migrations.hpp"

#include "base/embedded.hpp"

namespace llmapikey::sqlite {
namespace {

constexpr const char* create_table =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    " version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT";

base::Result<std::int64_t> read_number(Connection& connection, std::string_view sql) {
    auto query = TRY(connection.query(sql));
    TRY(query.step());
    return query.number(0);
}

base::Result<bool> has_record(Connection& connection) {
    const auto count =
        TRY(read_number(connection, "SELECT count(*) FROM sqlite_master WHERE name = 'schema_migrations'"));
    return count != 0;
}

// Undoing the first migration drops the keys, which would still cost money upstream.
base::Result<void> refuse_to_drop_keys(Connection& connection) {
    const auto keys = TRY(read_number(connection, "SELECT count(*) FROM api_keys"));
    if (keys == 0) return {};
    return base::fail(base::Errc::store_unavailable,
                      "the database holds " + std::to_string(keys) +
                          " keys, which would be lost while they keep working upstream; revoke them first, or move "
                          "the file away");
}

class SqliteMigrationTarget final : public MigrationTarget {
public:
    SqliteMigrationTarget(Connection& connection, const base::Clock& clock) : connection_(connection), clock_(clock) {}
    SqliteMigrationTarget(std::unique_ptr<Connection> connection, const base::Clock& clock)
        : owned_(std::move(connection)), connection_(*owned_), clock_(clock) {}

    base::Result<void> create_record() override { return connection_.execute(create_table); }
    base::Result<void> begin() override { return connection_.execute("BEGIN IMMEDIATE"); }
    base::Result<void> commit() override { return connection_.execute("COMMIT"); }
    void roll_back() override { (void)connection_.execute("ROLLBACK"); }  // the failure itself is already reported

    base::Result<std::vector<MigrationState>> applied() override {
        const auto exists = TRY(has_record(connection_));
        std::vector<MigrationState> states;
        if (!exists) return states;
        auto query = TRY(connection_.query("SELECT version, name, applied_at FROM schema_migrations ORDER BY version"));
        while (true) {
            const auto row = TRY(query.step());
            if (!row) return states;
            const base::Timestamp applied_at{base::Seconds{query.number(2)}};
            states.push_back({static_cast<int>(query.number(0)), query.text(1), applied_at});
        }
    }

    base::Result<void> apply(const Migration& migration) override {
        TRY(connection_.execute(std::string(migration.up)));
        auto query =
            TRY(connection_.query("INSERT INTO schema_migrations (version, name, applied_at) VALUES (?, ?, ?)"));
        const auto now = clock_.now().time_since_epoch().count();
        TRY(query.bind(migration.version).bind(migration.name).bind(now).run());
        return {};
    }

    base::Result<void> undo(const Migration& migration) override {
        TRY(migration.version == 1 ? refuse_to_drop_keys(connection_) : base::Result<void>{});
        TRY(connection_.execute(std::string(migration.down)));
        auto query = TRY(connection_.query("DELETE FROM schema_migrations WHERE version = ?"));
        TRY(query.bind(migration.version).run());
        return {};
    }

    base::Result<void> rehearse_write() override { return connection_.rehearse_write(); }

private:
    std::unique_ptr<Connection> owned_;
    Connection& connection_;
    const base::Clock& clock_;
};

}  // namespace

Migrator make_migrator(Connection& connection, const base::Clock& clock) {
    return Migrator(std::make_unique<SqliteMigrationTarget>(connection, clock),
                    read_migrations(embedded_sqlite_migrations()));
}

Migrator make_migrator(std::unique_ptr<Connection> connection, const base::Clock& clock) {
    return Migrator(std::make_unique<SqliteMigrationTarget>(std::move(connection), clock),
                    read_migrations(embedded_sqlite_migrations()));
}

base::Result<void> check_schema(Connection& connection) {
    const int known = read_migrations(embedded_sqlite_migrations()).back().version;
    const auto exists = TRY(has_record(connection));
    if (!exists) return compare_schema(0, known);
    const auto version = TRY(read_number(connection, "SELECT coalesce(max(version), 0) FROM schema_migrations"));
    return compare_schema(static_cast<int>(version), known);
}

}  // namespace llmapikey::sqlite
