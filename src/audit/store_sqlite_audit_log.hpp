#pragma once

#include <memory>

#include "audit/audit_log.hpp"
#include "sql/sqlite/connections.hpp"

namespace llmapikey::sqlite {

// AuditLog in one SQLite file.
class SqliteAuditLog final : public AuditLog {
public:
    explicit SqliteAuditLog(std::shared_ptr<Connections> connections) : connections_(std::move(connections)) {}

    base::Result<void> append(const AuditEntry& entry) override;
    base::Result<std::vector<ChainedEntry>> read(std::int64_t after, int limit) override;
    base::Result<ChainedEntry> head() override;

private:
    std::shared_ptr<Connections> connections_;
};

}  // namespace llmapikey::sqlite
