#include "sql/migrator.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace llmapikey {
namespace {

base::Error newer_schema(int version, int known) {
    return {base::Errc::store_unavailable,
            "the database has schema version " + std::to_string(version) + ", newer than " + std::to_string(known) +
                " that this program knows; run a newer llmapikey, or the one that migrated it with `migrate down`",
            {}};
}

// A transaction of the migrator; the destructor rolls it back unless it was committed.
class Transaction {
public:
    explicit Transaction(MigrationTarget& target) : target_(target) {}
    ~Transaction() {
        if (is_open_) target_.roll_back();
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    base::Result<void> begin() {
        auto begun = target_.begin();
        is_open_ = begun.has_value();
        return begun;
    }
    base::Result<void> commit() {
        auto committed = target_.commit();
        if (committed) is_open_ = false;
        return committed;
    }

private:
    MigrationTarget& target_;
    bool is_open_ = false;
};

}  // namespace

std::vector<Migration> read_migrations(std::span<const base::EmbeddedText> files) {
    std::vector<Migration> migrations;
    for (const base::EmbeddedText& file : files) {
        const int version = static_cast<int>(base::parse_whole_number(file.name.substr(0, 4)).value_or(0));
        const auto dot = file.name.find('.');
        if (migrations.empty() || migrations.back().version != version) {
            migrations.push_back({version, std::string(file.name.substr(5, dot - 5)), {}, {}});
        }
        (file.name.substr(dot) == ".up.sql" ? migrations.back().up : migrations.back().down) = file.text;
    }
    return migrations;
}

base::Result<void> compare_schema(int applied, int known) {
    if (applied > known) return tl::unexpected(newer_schema(applied, known));
    if (applied == known) return {};
    const std::string state = applied == 0 ? "has no schema of ours" : "has an older schema than this program needs";
    return base::fail(base::Errc::store_unavailable, "the database " + state + ": run `llmapikey migrate up`");
}

base::Result<int> Migrator::version() {
    const auto applied = TRY(target_->applied());
    const int version = applied.empty() ? 0 : applied.back().version;
    if (version > known_.back().version) return tl::unexpected(newer_schema(version, known_.back().version));
    return version;
}

const Migration* Migrator::find(int version) const {
    const auto found = std::find_if(known_.begin(), known_.end(),
                                    [version](const Migration& each) { return each.version == version; });
    return found == known_.end() ? nullptr : &*found;
}

base::Result<int> Migrator::apply_next() {
    Transaction transaction(*target_);
    TRY(transaction.begin());
    const auto current = TRY(version());
    int count = 0;
    for (const Migration& migration : known_) {
        const bool is_due = migration.version > current && (count == 0 || current == 0);
        if (!is_due) continue;
        const auto applied = target_->apply(migration);
        if (!applied) return base::fail_in("migration " + migration.name, applied.error());
        ++count;
    }
    if (count == 0) return 0;
    TRY(transaction.commit());
    return count;
}

base::Result<bool> Migrator::undo_latest() {
    Transaction transaction(*target_);
    TRY(transaction.begin());
    const auto current = TRY(version());
    const Migration* latest = find(current);
    if (latest == nullptr) return false;
    const auto undone = target_->undo(*latest);
    if (!undone) return base::fail_in("undoing migration " + latest->name, undone.error());
    TRY(transaction.commit());
    return true;
}

base::Result<int> Migrator::up() {
    TRY(target_->create_record());
    for (int count = 0;;) {
        const auto applied = TRY(apply_next());
        if (applied == 0) return count;
        count += applied;
    }
}

base::Result<int> Migrator::down(int steps) {
    TRY(target_->create_record());
    for (int count = 0; count < steps; ++count) {
        const auto undone = TRY(undo_latest());
        if (!undone) return count;
    }
    return steps;
}

base::Result<std::vector<MigrationState>> Migrator::states() {
    auto applied = TRY(target_->applied());
    std::vector<MigrationState> states = std::move(applied);
    for (const Migration& migration : known_) {
        const bool is_applied = std::any_of(states.begin(), states.end(),
                                            [&](const auto& state) { return state.version == migration.version; });
        if (!is_applied) states.push_back({migration.version, migration.name, std::nullopt});
    }
    std::sort(states.begin(), states.end(),
              [](const auto& left, const auto& right) { return left.version < right.version; });
    return states;
}

}  // namespace llmapikey
