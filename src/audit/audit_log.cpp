#include "audit/audit_log.hpp"

#include "base/crypto.hpp"
#include "base/encoding.hpp"

namespace llmapikey {
namespace {

constexpr int entries_per_page = 500;

void add_line(std::string& text, const std::string& field) {
    for (const char c : field) {
        if (c == '\\') text += '\\';
        text += c == '\n' ? std::string("\\n") : std::string(1, c);
    }
    text += '\n';
}

}  // namespace

std::string canonical_text(const AuditEntry& entry) {
    std::string text = std::to_string(entry.at.time_since_epoch().count()) + "\n";
    for (const std::string* field :
         {&entry.actor, &entry.action, &entry.subject, &entry.origin, &entry.outcome, &entry.detail}) {
        add_line(text, *field);
    }
    return text;
}

std::string chained_hash(const std::string& previous_hash, std::int64_t sequence, const AuditEntry& entry) {
    return base::to_hex(base::sha256(previous_hash + "\n" + std::to_string(sequence) + "\n" + canonical_text(entry)));
}

base::Result<AuditReport> verify_audit_log(AuditLog& log) {
    AuditReport report;
    // The head is read first. Entries that are appended meanwhile lie behind it and are checked
    // too.
    const auto head = TRY(log.head());
    std::string hash_at_head = head.sequence == 0 ? "" : "missing";
    while (true) {
        const auto page = TRY(log.read(report.entries, entries_per_page));
        if (page.empty()) break;
        for (const ChainedEntry& link : page) {
            const std::int64_t expected = report.entries + 1;
            if (link.sequence != expected) {
                report.faults.push_back({expected, "entry " + std::to_string(expected) + " is missing"});
                return report;
            }
            if (link.hash != chained_hash(report.head_hash, expected, link.entry)) {
                report.faults.push_back({expected, "entry " + std::to_string(expected) +
                                                       " was changed, or is not the one that was written here"});
                return report;
            }
            report.entries = expected;
            report.head_hash = link.hash;
            if (expected == head.sequence) hash_at_head = link.hash;
        }
    }
    if (hash_at_head != head.hash) {
        report.faults.push_back({report.entries + 1, "the log ends before entry " + std::to_string(head.sequence) +
                                                         ", the last one that was written"});
    }
    return report;
}

}  // namespace llmapikey
