#pragma once

#include <memory>

#include "audit/audit_log.hpp"
#include "sql/sqlite/connections.hpp"

namespace llmapikey::storage::sqlite {

// AuditLog in one SQLite file.
class SqliteAuditLog final : public service::AuditLog {
public:
    explicit SqliteAuditLog(std::shared_ptr<Connections> connections) : connections_(std::move(connections)) {}

    base::Result<void> append(const service::AuditEntry& entry) override;
    base::Result<std::vector<service::ChainedEntry>> read(std::int64_t after, int limit) override;
    base::Result<service::ChainedEntry> head() override;

private:
    std::shared_ptr<Connections> connections_;
};

}  // namespace llmapikey::storage::sqlite
