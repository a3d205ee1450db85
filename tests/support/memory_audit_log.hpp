#pragma once

#include <mutex>
#include <vector>

#include "audit/audit_log.hpp"

namespace llmapikey::test {

// AuditLog in memory, without the chain. Thread-safe.
class MemoryAuditLog final : public AuditLog {
public:
    base::Result<void> append(const AuditEntry& entry) override {
        const std::lock_guard lock(mutex_);
        entries_.push_back({static_cast<std::int64_t>(entries_.size()) + 1, entry, ""});
        return {};
    }
    base::Result<std::vector<ChainedEntry>> read(std::int64_t, int) override {
        const std::lock_guard lock(mutex_);
        return entries_;
    }
    base::Result<ChainedEntry> head() override { return ChainedEntry{}; }

private:
    std::mutex mutex_;
    std::vector<ChainedEntry> entries_;
};

}  // namespace llmapikey::test
