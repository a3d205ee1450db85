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

// Numbered migrations, the same rules for every database. Versions with the same number have the
// same name in each.
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

// Files named NNNN_name.up.sql and NNNN_name.down.sql, sorted by name.
std::vector<Migration> read_migrations(std::span<const base::EmbeddedText> files);

// store_unavailable, with the command to run, unless exactly the known migrations are applied.
// `applied`: the highest version in the database, 0 for none.
base::Result<void> compare_schema(int applied, int known);

// One connection to a database, as the migrator uses it. Not thread-safe; blocking.
class MigrationTarget {
public:
    virtual ~MigrationTarget() = default;
    // What has been applied, by version; empty where the record does not exist yet. Changes
    // nothing.
    virtual base::Result<std::vector<MigrationState>> applied() = 0;
    // Creates the record of applied migrations if it is missing; safe when many do it at once.
    virtual base::Result<void> create_record() = 0;
    // Begins a transaction that keeps every other migrator out until its end.
    virtual base::Result<void> begin() = 0;
    virtual base::Result<void> commit() = 0;
    virtual void roll_back() = 0;
    // Inside the transaction: changes the schema and the record.
    virtual base::Result<void> apply(const Migration& migration) = 0;
    virtual base::Result<void> undo(const Migration& migration) = 0;
    // Writes and takes it back: see Migrator::rehearse_write().
    virtual base::Result<void> rehearse_write() = 0;
};

// Applies and undoes migrations, each in a transaction of its own together with its record (a new
// database gets all of them in one, which is faster): processes that start together apply each
// once, and one that is killed leaves a whole step undone. Blocking; fails with store_unavailable.
class Migrator {
public:
    Migrator(std::unique_ptr<MigrationTarget> target, std::vector<Migration> known)
        : target_(std::move(target)), known_(std::move(known)) {}

    // Applies what is missing; says how many were applied. Fails if the database is newer than this
    // program.
    base::Result<int> up();
    // Undoes the latest `steps`; says how many were undone.
    base::Result<int> down(int steps);
    // All that are known, and those in the database that are not.
    base::Result<std::vector<MigrationState>> states();
    // Whether this program may write what it has to write, found out by writing; all of it is
    // rolled back. store_unwritable: why not (another user's file, a standby, a role without the
    // right), and what to do.
    base::Result<void> rehearse_write() { return target_->rehearse_write(); }

private:
    base::Result<int> version();
    // How many: one, or all of them where there was none; 0: none is missing.
    base::Result<int> apply_next();
    base::Result<bool> undo_latest();
    const Migration* find(int version) const;

    std::unique_ptr<MigrationTarget> target_;
    std::vector<Migration> known_;
};

}  // namespace llmapikey
