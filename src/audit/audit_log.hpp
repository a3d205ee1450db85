#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace llmapikey {

// Who did what to whom, when, from where, and with what outcome. Holds no secret.
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
    std::string hash;  // 64 hexadecimal digits: SHA-256 over the hash before, the sequence and the entry
};

// Append-only. Each entry is chained to the one before by a hash, so that a change, a gap or a swap
// is found. Blocking, thread-safe, over all replicas; can fail with Errc::store_unavailable.
class AuditLog {
public:
    virtual ~AuditLog() = default;
    virtual base::Result<void> append(const AuditEntry& entry) = 0;
    // Up to `limit` entries with a greater sequence than `after`, in order.
    virtual base::Result<std::vector<ChainedEntry>> read(std::int64_t after, int limit) = 0;
    // Sequence and hash of the latest entry, as the head of the chain remembers them; 0 and "" for
    // an empty log.
    virtual base::Result<ChainedEntry> head() = 0;
};

// What is hashed of an entry: its fields, a line each, with backslashes and line breaks escaped.
std::string canonical_text(const AuditEntry& entry);
// Hash of an entry behind `previous_hash` ("" for the first).
std::string chained_hash(const std::string& previous_hash, std::int64_t sequence, const AuditEntry& entry);

struct AuditFault {
    std::int64_t sequence = 0;  // of the first entry that does not fit
    std::string what;
};
struct AuditReport {
    std::int64_t entries = 0;
    std::string head_hash;
    std::vector<AuditFault> faults;  // the first one only: behind it nothing can be said
};

// Reads the whole log, a page at a time, and checks every link and the head.
base::Result<AuditReport> verify_audit_log(AuditLog& log);

}  // namespace llmapikey
