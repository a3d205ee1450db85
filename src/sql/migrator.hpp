#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.hpp"
#include "base/embedded.hpp"
#include "base/result.hpp"

// Numbered migrations, with the same rules for every database. A version has the same name in both
// databases.
namespace llmapikey {

struct Migration {
    int version = 0;
    std::string name;
    std::string_view up, down;
};

struct MigrationState {
    int version = 0;
    std::string name;
    std::optional<base::Timestamp> applied_at;  // nullopt: not applied
};

// Reads files named NNNN_name.up.sql and NNNN_name.down.sql, sorted by name.
std::vector<Migration> read_migrations(std::span<const base::EmbeddedText> files);

// Succeeds if exactly the known migrations are applied. Otherwise store_unavailable, with the
// command to run. `applied`: the highest version in the database, 0 for none.
base::Result<void> compare_schema(int applied, int known);

// The migrator's connection to a database. Not thread-safe; blocking.
class MigrationTarget {
public:
    virtual ~MigrationTarget() = default;
    // Returns the applied migrations, by version; empty if the record does not exist yet. Changes
    // nothing.
    virtual base::Result<std::vector<MigrationState>> applied() = 0;
    // Creates the record of applied migrations if it is missing. Many processes may do this at
    // once.
    virtual base::Result<void> create_record() = 0;
    // Begins a transaction that excludes every other migrator until its end.
    virtual base::Result<void> begin() = 0;
    virtual base::Result<void> commit() = 0;
    virtual void roll_back() = 0;
    // Change the schema and the record, inside the transaction.
    virtual base::Result<void> apply(const Migration& migration) = 0;
    virtual base::Result<void> undo(const Migration& migration) = 0;
    // Writes and rolls back: see Migrator::rehearse_write().
    virtual base::Result<void> rehearse_write() = 0;
};

// Applies and undoes migrations, each in one transaction with its record; a new database gets all
// of them in one, which is faster. Processes that start together apply each migration once, and a
// killed process leaves no half migration. Blocking; fails with store_unavailable.
class Migrator {
public:
    Migrator(std::unique_ptr<MigrationTarget> target, std::vector<Migration> known)
        : target_(std::move(target)), known_(std::move(known)) {}

    // Applies the missing migrations and returns their number. Fails if the database is newer than
    // this program.
    base::Result<int> up();
    // Undoes the latest `steps` migrations and returns how many were undone.
    base::Result<int> down(int steps);
    // Returns all known migrations, and those in the database that are not known.
    base::Result<std::vector<MigrationState>> states();
    // Finds out by writing whether this program may write all that it has to; everything is rolled
    // back. store_unwritable: the reason (another user's file, a standby, a role without the
    // right), and what to do.
    base::Result<void> rehearse_write() { return target_->rehearse_write(); }

private:
    base::Result<int> version();
    // Returns how many were applied: one, or all in a new database; 0 if none is missing.
    base::Result<int> apply_next();
    base::Result<bool> undo_latest();
    const Migration* find(int version) const;

    std::unique_ptr<MigrationTarget> target_;
    std::vector<Migration> known_;
};

}  // namespace llmapikey
