#include "audit/store_postgres_audit_log.hpp"

#include "sql/stored_time.hpp"

namespace llmapikey::postgres {
namespace {

// The hash is the same as chained_hash()'s. $8 is the canonical text of the entry.
const std::string append_entry =
    "WITH head AS (SELECT sequence + 1 AS next, hash FROM llmapikey.audit_head WHERE only_row = 1 FOR UPDATE), "
    "entry AS (INSERT INTO llmapikey.audit_log (sequence, at, actor, action, subject, origin, outcome, detail, hash) "
    "SELECT next, to_timestamp($1::bigint), $2, $3, $4, $5, $6, $7, "
    "encode(sha256(convert_to(hash || chr(10) || next::text || chr(10) || $8, 'UTF8')), 'hex') FROM head "
    "RETURNING sequence, hash) "
    "UPDATE llmapikey.audit_head SET sequence = entry.sequence, hash = entry.hash FROM entry WHERE only_row = 1";
const std::string select_entries =
    "SELECT sequence, floor(extract(epoch FROM at))::bigint, actor, action, subject, origin, outcome, detail, hash "
    "FROM llmapikey.audit_log WHERE sequence > $1::bigint ORDER BY sequence LIMIT $2::bigint";
const std::string select_head = "SELECT sequence, hash FROM llmapikey.audit_head WHERE only_row = 1";

}  // namespace

base::Result<void> PostgresAuditLog::append(const AuditEntry& entry) {
    const auto parameters = Parameters()
                                .add(seconds_of(entry.at))
                                .add(entry.actor)
                                .add(entry.action)
                                .add(entry.subject)
                                .add(entry.origin)
                                .add(entry.outcome)
                                .add(entry.detail)
                                .add(canonical_text(entry));
    const auto answer = TRY(database_->run(append_entry, parameters, Patience::wait));
    if (answer.rows.changed() == 1) return {};
    return base::fail(base::Errc::store_unavailable, "llmapikey.audit_head has lost its row");
}

base::Result<std::vector<ChainedEntry>> PostgresAuditLog::read(std::int64_t after, int limit) {
    const auto answer =
        TRY(database_->run(select_entries, Parameters().add(after).add(std::int64_t{limit}), Patience::fail_fast));
    const Rows& rows = answer.rows;
    std::vector<ChainedEntry> entries;
    for (int row = 0; row < rows.size(); ++row) {
        entries.push_back({rows.number(row, 0),
                           {base::Timestamp{base::Seconds{rows.number(row, 1)}}, rows.text(row, 2), rows.text(row, 3),
                            rows.text(row, 4), rows.text(row, 5), rows.text(row, 6), rows.text(row, 7)},
                           rows.text(row, 8)});
    }
    return entries;
}

base::Result<ChainedEntry> PostgresAuditLog::head() {
    const auto answer = TRY(database_->run(select_head, Parameters(), Patience::fail_fast));
    if (answer.rows.empty()) return base::fail(base::Errc::store_unavailable, "llmapikey.audit_head has lost its row");
    return ChainedEntry{answer.rows.number(0, 0), {}, answer.rows.text(0, 1)};
}

}  // namespace llmapikey::postgres
