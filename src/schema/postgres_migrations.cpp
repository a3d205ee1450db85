#include "schema/postgres_migrations.hpp"

#include "base/embedded.hpp"
#include "schema/rehearsal.hpp"
#include "sql/postgres/quoting.hpp"

namespace llmapikey::postgres {
namespace {

// The limit suits a step over a large table. Only the operator waits for it.
constexpr base::Millis statement_max{std::chrono::minutes{30}};
constexpr base::Millis rehearsal_max{10'000};

// Row 0 is not a migration. Migrators lock it, so that only one works at a time.
constexpr const char* create_record_table =
    "CREATE TABLE IF NOT EXISTS llmapikey.applied_migrations "
    "(version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL);"
    "ALTER TABLE llmapikey.applied_migrations ENABLE ROW LEVEL SECURITY;"
    "INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES (0, 'lock', now()) "
    "ON CONFLICT (version) DO NOTHING";
const std::string lock_record = "SELECT version FROM llmapikey.applied_migrations WHERE version = 0 FOR UPDATE";
const std::string select_applied =
    "SELECT version, name, floor(extract(epoch FROM applied_at))::bigint FROM llmapikey.applied_migrations "
    "WHERE version > 0 ORDER BY version";
const std::string insert_applied =
    "INSERT INTO llmapikey.applied_migrations (version, name, applied_at) VALUES ($1, $2, now())";
const std::string delete_applied = "DELETE FROM llmapikey.applied_migrations WHERE version = $1";
// Hosting providers give everybody access through these roles.
const std::string select_public_roles = "SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated')";

class PostgresMigrationTarget final : public MigrationTarget {
public:
    PostgresMigrationTarget(std::unique_ptr<Connection> connection, const AdoptionPolicy& policy)
        : connection_(std::move(connection)), policy_(policy) {}

    base::Result<std::vector<MigrationState>> applied() override {
        const auto exists =
            TRY(query("SELECT count(*) FROM information_schema.tables "
                      "WHERE table_schema = 'llmapikey' AND table_name = 'applied_migrations'"));
        std::vector<MigrationState> states;
        if (exists.number(0, 0) == 0) return states;
        const auto rows = TRY(query(select_applied));
        for (int row = 0; row < rows.size(); ++row) {
            const base::Timestamp applied_at{base::Seconds{rows.number(row, 2)}};
            states.push_back({static_cast<int>(rows.number(row, 0)), rows.text(row, 1), applied_at});
        }
        return states;
    }

    base::Result<void> create_record() override {
        // CREATE ... IF NOT EXISTS fails if another process does it at the same time. That process
        // has then created the table.
        for (int tries = 0;; ++tries) {
            auto created = create_record_once();
            if (created || tries == 3) return created;
        }
    }

    base::Result<void> begin() override {
        if (auto begun = execute("BEGIN"); !begun) return begun;
        const auto locked = query(lock_record);
        if (locked) return {};
        roll_back();
        return tl::unexpected(locked.error());
    }
    base::Result<void> commit() override { return execute("COMMIT"); }
    void roll_back() override { (void)execute("ROLLBACK"); }  // the failure itself is already reported

    base::Result<void> apply(const Migration& migration) override {
        if (migration.version == 1) {
            TRY(adopt(*connection_, policy_, base::Deadline::after(statement_max)));
        }
        if (auto applied = execute(std::string(migration.up)); !applied) return applied;
        if (migration.version == 2) index_logins();
        if (auto revoked = revoke_from_public(); !revoked) return revoked;
        TRY(query(insert_applied, Parameters().add(std::int64_t{migration.version}).add(migration.name)));
        return {};
    }

    base::Result<void> undo(const Migration& migration) override {
        if (auto undone = execute(std::string(migration.down)); !undone) return undone;
        if (migration.version == 1) {
            TRY(give_back(*connection_, policy_, base::Deadline::after(statement_max)));
        }
        if (auto revoked = revoke_from_public(); !revoked) return revoked;
        TRY(query(delete_applied, Parameters().add(std::int64_t{migration.version})));
        return {};
    }

    base::Result<void> rehearse_write() override {
        return postgres::rehearse_write(*connection_, base::Deadline::after(rehearsal_max));
    }

private:
    base::Result<Rows> query(const std::string& sql, const Parameters& parameters = {}) {
        auto rows = connection_->query(sql, parameters, base::Deadline::after(statement_max));
        if (!rows) return tl::unexpected(to_error(rows.error()));
        return std::move(*rows);
    }
    base::Result<void> execute(const std::string& sql) {
        const auto done = connection_->execute(sql, base::Deadline::after(statement_max));
        if (!done) return tl::unexpected(to_error(done.error()));
        return {};
    }

    base::Result<void> create_record_once() {
        // The schema is looked up first: CREATE needs a right, even for an existing schema, that
        // its owner may lack.
        const auto schemas = TRY(query("SELECT count(*) FROM pg_namespace WHERE nspname = 'llmapikey'"));
        if (schemas.number(0, 0) == 0) {
            if (auto created = execute("CREATE SCHEMA IF NOT EXISTS llmapikey"); !created) return created;
        }
        const auto known = TRY(applied());
        return known.empty() ? execute(create_record_table) : base::Result<void>{};
    }

    // Makes an index for searches by a part of a login. The extension may be missing, or this role
    // may not create it. Then searches read the whole table; nothing else changes.
    void index_logins() {
        const auto is_open = execute("SAVEPOINT before_index");
        const auto done = is_open ? try_index_logins() : is_open;
        if (!done) (void)execute("ROLLBACK TO SAVEPOINT before_index");
    }

    base::Result<void> try_index_logins() {
        TRY(execute("CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA llmapikey"));
        const auto place = TRY(
            query("SELECT nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace WHERE extname = "
                  "'pg_trgm'"));
        return execute("CREATE INDEX api_keys_login ON llmapikey.api_keys USING gin (github_username " +
                       quoted_name(place.text(0, 0)) + ".gin_trgm_ops)");
    }

    base::Result<void> revoke_from_public() {
        const auto roles = TRY(query(select_public_roles));
        std::string grantees = "PUBLIC";
        for (int row = 0; row < roles.size(); ++row)
            grantees += ", " + roles.text(row, 0);
        return execute("REVOKE ALL ON SCHEMA llmapikey FROM " + grantees +
                       "; REVOKE ALL ON ALL TABLES IN SCHEMA llmapikey FROM " + grantees);
    }

    std::unique_ptr<Connection> connection_;
    const AdoptionPolicy policy_;
};

}  // namespace

Migrator make_migrator(std::unique_ptr<Connection> connection, const AdoptionPolicy& policy) {
    return Migrator(std::make_unique<PostgresMigrationTarget>(std::move(connection), policy),
                    read_migrations(embedded_postgres_migrations()));
}

int newest_schema_version() {
    static const int version = read_migrations(embedded_postgres_migrations()).back().version;
    return version;
}

}  // namespace llmapikey::postgres
