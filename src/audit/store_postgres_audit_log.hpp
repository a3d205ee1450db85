#pragma once

#include <memory>

#include "audit/audit_log.hpp"
#include "sql/postgres/database.hpp"

namespace llmapikey::postgres {

// AuditLog in llmapikey.audit_log. Appending locks the head of the chain, so that replicas take
// turns. The database computes the hash, in one round trip.
class PostgresAuditLog final : public AuditLog {
public:
    explicit PostgresAuditLog(std::shared_ptr<Database> database) : database_(std::move(database)) {}

    base::Result<void> append(const AuditEntry& entry) override;
    base::Result<std::vector<ChainedEntry>> read(std::int64_t after, int limit) override;
    base::Result<ChainedEntry> head() override;

private:
    std::shared_ptr<Database> database_;
};

}  // namespace llmapikey::postgres
