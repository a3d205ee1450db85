#pragma once

#include <memory>

#include "bulk/bulk_revocation.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// BulkStore in either database.
class SqlBulkStore final : public BulkStore {
public:
    explicit SqlBulkStore(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<std::int64_t> list_targets(const std::string& id, const BulkSelection& selection) override;
    base::Result<bool> is_decided(const std::string& id) override;
    base::Result<void> create(const BulkRevocation& bulk) override;
    base::Result<std::optional<BulkRevocation>> find(const std::string& id) override;
    base::Result<std::vector<BulkRevocation>> list_latest(int limit) override;
    base::Result<std::vector<BulkRevocation>> list_open(int limit) override;
    base::Result<std::optional<BulkRevocation>> find_request(const std::string& request) override;
    base::Result<void> forget_request(const std::string& id) override;
    base::Result<void> set_listed(const std::string& id) override;
    base::Result<std::vector<std::string>> next_targets(const std::string& id, int limit) override;
    base::Result<void> drop_targets(const std::string& id, const std::vector<std::string>& grant_ids) override;
    base::Result<void> drop_all_targets(const std::string& id) override;
    base::Result<void> prune_targets() override;
    base::Result<void> finish_selecting(const std::string& id) override;
    base::Result<bool> stop(const std::string& id, const std::string& actor, base::Timestamp now) override;
    base::Result<bool> finish(const std::string& id, base::Timestamp now) override;
    base::Result<void> set_problem(const std::string& id, const std::string& problem) override;

private:
    base::Result<std::optional<BulkRevocation>> find_by(const std::string& sql, const std::string& value);

    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
