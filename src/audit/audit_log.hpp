#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace llmapikey {

// Who did what to whom, when, from where, and with what outcome. Contains no secret.
struct AuditEntry {
    base::Timestamp at;
    std::string actor;    // "github:1003", "cli:root"
    std::string action;   // "key.revoke"
    std::string subject;  // "account:1001 grant:<uuid>"
    std::string origin;   // client address, or "cli"
    std::string outcome;  // "begun", "done", "failed"
    std::string detail;   // a reason, an error
};

struct ChainedEntry {
    std::int64_t sequence = 0;  // 1, 2, 3, ... without gaps
    AuditEntry entry;
    std::string hash;  // 64 hexadecimal digits: SHA-256 of the previous hash, the sequence and the entry
};

// An append-only log. Each entry is chained to the previous one by a hash, so that changes, gaps
// and swaps are detected. Blocking, thread-safe, shared by all replicas; fails with
// Errc::store_unavailable.
class AuditLog {
public:
    virtual ~AuditLog() = default;
    virtual base::Result<void> append(const AuditEntry& entry) = 0;
    // Returns up to `limit` entries with a sequence above `after`, in order.
    virtual base::Result<std::vector<ChainedEntry>> read(std::int64_t after, int limit) = 0;
    // Returns sequence and hash of the latest entry from the stored head of the chain; 0 and "" for
    // an empty log.
    virtual base::Result<ChainedEntry> head() = 0;
};

// Returns the text that is hashed: one line for each field, with backslashes and line breaks
// escaped.
std::string canonical_text(const AuditEntry& entry);
// Returns the hash of an entry that follows `previous_hash` ("" for the first).
std::string chained_hash(const std::string& previous_hash, std::int64_t sequence, const AuditEntry& entry);

struct AuditFault {
    std::int64_t sequence = 0;  // of the first wrong entry
    std::string what;
};
struct AuditReport {
    std::int64_t entries = 0;
    std::string head_hash;
    std::vector<AuditFault> faults;  // at most one: behind the first fault nothing can be verified
};

// Reads the whole log page by page, and checks every link and the head.
base::Result<AuditReport> verify_audit_log(AuditLog& log);

}  // namespace llmapikey
