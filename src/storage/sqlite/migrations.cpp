#include "storage/sqlite/migrations.hpp"

#include <algorithm>

#include "base/embedded.hpp"
#include "base/encoding.hpp"

namespace llmapikey::storage::sqlite {
namespace {

constexpr const char* create_table =
    "CREATE TABLE IF NOT EXISTS schema_migrations ("
    " version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT";

struct Migration {
    int version = 0;
    std::string name;
    std::string_view up, down;
};

// Files are named NNNN_name.up.sql and NNNN_name.down.sql, and come sorted.
std::vector<Migration> all_migrations() {
    std::vector<Migration> migrations;
    for (const base::EmbeddedText& file : embedded_migrations()) {
        const int version = static_cast<int>(base::parse_whole_number(file.name.substr(0, 4)).value_or(0));
        const auto dot = file.name.find('.');
        if (migrations.empty() || migrations.back().version != version) {
            migrations.push_back({version, std::string(file.name.substr(5, dot - 5)), {}, {}});
        }
        (file.name.substr(dot) == ".up.sql" ? migrations.back().up : migrations.back().down) = file.text;
    }
    return migrations;
}

base::Result<int> current_version(Connection& connection) {
    auto query = connection.query("SELECT coalesce(max(version), 0) FROM schema_migrations");
    if (!query) return tl::unexpected(query.error());
    const auto row = query->step();
    if (!row) return tl::unexpected(row.error());
    return static_cast<int>(query->number(0));
}

base::Error newer_schema(int version, int known) {
    return {base::Errc::store_unavailable,
            "the database has schema version " + std::to_string(version) + ", newer than " + std::to_string(known) +
                " that this program knows; run a newer llmapikey, or the one that migrated it with `migrate down`",
            {}};
}

base::Result<void> record(Connection& connection, const Migration& migration, base::Timestamp now) {
    auto query = connection.query("INSERT INTO schema_migrations (version, name, applied_at) VALUES (?, ?, ?)");
    if (!query) return tl::unexpected(query.error());
    const auto run = query->bind(migration.version).bind(migration.name).bind(now.time_since_epoch().count()).run();
    if (!run) return tl::unexpected(run.error());
    return {};
}

base::Result<void> forget(Connection& connection, const Migration& migration) {
    auto query = connection.query("DELETE FROM schema_migrations WHERE version = ?");
    if (!query) return tl::unexpected(query.error());
    const auto run = query->bind(migration.version).run();
    if (!run) return tl::unexpected(run.error());
    return {};
}

// Applies the next one if one is missing; true if it did.
base::Result<bool> apply_next(Connection& connection, const base::Clock& clock, const std::vector<Migration>& known) {
    auto transaction = Transaction::begin(connection);
    if (!transaction) return tl::unexpected(transaction.error());
    const auto version = current_version(connection);
    if (!version) return tl::unexpected(version.error());
    if (*version > known.back().version) return tl::unexpected(newer_schema(*version, known.back().version));
    const auto next =
        std::find_if(known.begin(), known.end(), [&](const Migration& each) { return each.version > *version; });
    if (next == known.end()) return false;
    const auto applied = connection.execute(std::string(next->up));
    if (!applied) return base::fail_in("migration " + next->name, applied.error());
    const auto recorded = record(connection, *next, clock.now());
    if (!recorded) return tl::unexpected(recorded.error());
    const auto committed = transaction->commit();
    if (!committed) return tl::unexpected(committed.error());
    return true;
}

base::Result<bool> undo_latest(Connection& connection, const std::vector<Migration>& known) {
    auto transaction = Transaction::begin(connection);
    if (!transaction) return tl::unexpected(transaction.error());
    const auto version = current_version(connection);
    if (!version) return tl::unexpected(version.error());
    if (*version > known.back().version) return tl::unexpected(newer_schema(*version, known.back().version));
    const auto latest =
        std::find_if(known.begin(), known.end(), [&](const Migration& each) { return each.version == *version; });
    if (latest == known.end()) return false;
    const auto undone = connection.execute(std::string(latest->down));
    if (!undone) return base::fail_in("undoing migration " + latest->name, undone.error());
    const auto forgotten = forget(connection, *latest);
    if (!forgotten) return tl::unexpected(forgotten.error());
    const auto committed = transaction->commit();
    if (!committed) return tl::unexpected(committed.error());
    return true;
}

}  // namespace

base::Result<int> migrate_up(Connection& connection, const base::Clock& clock) {
    const auto created = connection.execute(create_table);
    if (!created) return tl::unexpected(created.error());
    const std::vector<Migration> known = all_migrations();
    for (int count = 0;; ++count) {
        const auto applied = apply_next(connection, clock, known);
        if (!applied) return tl::unexpected(applied.error());
        if (!*applied) return count;
    }
}

base::Result<int> migrate_down(Connection& connection, int steps) {
    const auto created = connection.execute(create_table);
    if (!created) return tl::unexpected(created.error());
    const std::vector<Migration> known = all_migrations();
    for (int count = 0; count < steps; ++count) {
        const auto undone = undo_latest(connection, known);
        if (!undone) return tl::unexpected(undone.error());
        if (!*undone) return count;
    }
    return steps;
}

base::Result<std::vector<MigrationState>> migration_states(Connection& connection) {
    const auto created = connection.execute(create_table);
    if (!created) return tl::unexpected(created.error());
    std::vector<MigrationState> states;
    for (const Migration& migration : all_migrations())
        states.push_back({migration.version, migration.name, std::nullopt});
    auto query = connection.query("SELECT version, name, applied_at FROM schema_migrations ORDER BY version");
    if (!query) return tl::unexpected(query.error());
    while (true) {
        const auto row = query->step();
        if (!row) return tl::unexpected(row.error());
        if (!*row) return states;
        const auto version = static_cast<int>(query->number(0));
        const base::Timestamp applied_at{base::Seconds{query->number(2)}};
        const auto known =
            std::find_if(states.begin(), states.end(), [&](const auto& each) { return each.version == version; });
        if (known != states.end()) {
            known->applied_at = applied_at;
        } else {
            states.push_back({version, query->text(1), applied_at});
        }
    }
}

base::Result<void> check_schema(Connection& connection) {
    auto table = connection.query("SELECT count(*) FROM sqlite_master WHERE name = 'schema_migrations'");
    if (!table) return tl::unexpected(table.error());
    const auto row = table->step();
    if (!row) return tl::unexpected(row.error());
    if (table->number(0) == 0) {
        return base::fail(base::Errc::store_unavailable, "the database is empty: run `llmapikey migrate up`");
    }
    const auto version = current_version(connection);
    if (!version) return tl::unexpected(version.error());
    const int known = all_migrations().back().version;
    if (*version > known) return tl::unexpected(newer_schema(*version, known));
    if (*version == known) return {};
    return base::fail(base::Errc::store_unavailable,
                      "the database's schema is older than this program: run `llmapikey migrate up`");
}

}  // namespace llmapikey::storage::sqlite
