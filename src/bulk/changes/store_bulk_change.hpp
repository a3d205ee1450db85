#pragma once

#include <memory>

#include "bulk/changes/bulk_change.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// BulkChangeStore in either database.
class SqlBulkChangeStore final : public BulkChangeStore {
public:
    explicit SqlBulkChangeStore(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<std::int64_t> list_targets(const std::string& id, const BulkSelection& selection) override;
    base::Result<void> drop_all_targets(const std::string& id) override;
    base::Result<bool> is_decided(const std::string& id) override;
    base::Result<void> create(const BulkChange& change) override;
    base::Result<std::optional<BulkChange>> find(const std::string& id) override;
    base::Result<std::vector<BulkChange>> list_latest(int limit) override;
    base::Result<std::vector<BulkChange>> list_due(base::Timestamp now, const ChangeTurn& served, int limit) override;
    base::Result<std::vector<ChangeTarget>> due_targets(const std::string& id, base::Timestamp now, int limit) override;
    base::Result<std::vector<ChangeTarget>> list_done(const std::string& id, int limit) override;
    base::Result<std::vector<ChangeTarget>> list_left(const std::string& id, int limit) override;
    base::Result<std::vector<ChangeTarget>> list_tried(const std::string& id, int limit) override;
    base::Result<bool> claim(const std::string& id, const ChangeTarget& target, base::Timestamp now,
                             base::Timestamp until) override;
    base::Result<void> settle(const std::string& id, const ChangeTarget& target) override;
    base::Result<void> postpone(const std::string& id, const ChangeTarget& target) override;
    base::Result<LaterDecision> find_later(const BulkChange& change, const Grant& grant) override;
    base::Result<std::optional<Grant>> begin(const BulkChange& change, const ChangeTarget& target, const Grant& seen,
                                             const std::string& token) override;
    base::Result<Successors> count_successors(const std::string& id) override;
    base::Result<bool> stop(const std::string& id, const std::string& actor, base::Timestamp now) override;
    base::Result<void> skip_rest(const std::string& id, const std::string& why) override;
    base::Result<bool> retry(const std::string& id, base::Timestamp now) override;
    base::Result<bool> finish(const std::string& id, base::Timestamp now) override;
    base::Result<void> set_problem(const std::string& id, const std::string& problem) override;
    base::Result<void> prune_targets(base::Timestamp ended_before) override;

private:
    base::Result<std::vector<BulkChange>> changes(const std::string& sql, const SqlValues& values);
    base::Result<std::vector<ChangeTarget>> targets(const std::string& sql, const SqlValues& values);
    base::Result<bool> has_changed(const std::string& sql, const SqlValues& values);

    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
