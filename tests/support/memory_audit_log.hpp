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
        if (fails_in_ > 0 && --fails_in_ == 0) return base::fail(base::Errc::store_unavailable, "the log is away");
        entries_.push_back({static_cast<std::int64_t>(entries_.size()) + 1, entry, ""});
        return {};
    }
    base::Result<std::vector<ChainedEntry>> read(std::int64_t, int) override {
        const std::lock_guard lock(mutex_);
        return entries_;
    }
    base::Result<ChainedEntry> head() override { return ChainedEntry{}; }
    // Makes one append fail: 1 for the next, 2 for the one after it.
    void fail_append(int number) {
        const std::lock_guard lock(mutex_);
        fails_in_ = number;
    }

private:
    std::mutex mutex_;
    int fails_in_ = 0;
    std::vector<ChainedEntry> entries_;
};

}  // namespace llmapikey::test
