#include "audit/store_postgres_audit_log.hpp"

#include "audit/store_audit_statements.hpp"
#include "sql/stored_time.hpp"

namespace llmapikey::postgres {
namespace {

const std::string append_entry = audit_statement("append_postgres", Dialect::postgres);
const std::string select_entries = audit_statement("read", Dialect::postgres);
const std::string select_head = audit_statement("head", Dialect::postgres);

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
