#include "audit/store_sqlite_audit_log.hpp"

#include "audit/store_audit_statements.hpp"
#include "sql/stored_time.hpp"

namespace llmapikey::sqlite {
namespace {

const std::string select_head = audit_statement("head", Dialect::sqlite);
const std::string insert_entry = audit_statement("insert_sqlite", Dialect::sqlite);
const std::string update_head = audit_statement("update_head_sqlite", Dialect::sqlite);
const std::string select_entries = audit_statement("read", Dialect::sqlite);

base::Result<ChainedEntry> read_head(Connection& connection) {
    auto query = TRY(connection.query(select_head));
    const auto row = TRY(query.step());
    if (!row) return base::fail(base::Errc::store_unavailable, "audit_head has lost its row");
    return ChainedEntry{query.number(0), {}, query.text(1)};
}

base::Result<void> insert(Connection& connection, const ChainedEntry& link) {
    auto query = TRY(connection.query(insert_entry));
    return expect_one(query.bind(link.sequence)
                          .bind(seconds_of(link.entry.at))
                          .bind(link.entry.actor)
                          .bind(link.entry.action)
                          .bind(link.entry.subject)
                          .bind(link.entry.origin)
                          .bind(link.entry.outcome)
                          .bind(link.entry.detail)
                          .bind(link.hash)
                          .run());
}

}  // namespace

base::Result<void> SqliteAuditLog::append(const AuditEntry& entry) {
    Connections::Writer writer(*connections_);
    auto transaction = TRY(Transaction::begin(*writer));
    const auto head = TRY(read_head(*writer));
    const std::int64_t sequence = head.sequence + 1;
    const ChainedEntry link{sequence, entry, chained_hash(head.hash, sequence, entry)};
    TRY(insert(*writer, link));
    auto query = TRY(writer->query(update_head));
    TRY(expect_one(query.bind(sequence).bind(link.hash).run()));
    return transaction.commit();
}

base::Result<std::vector<ChainedEntry>> SqliteAuditLog::read(std::int64_t after, int limit) {
    Connections::Reader reader(*connections_);
    auto query = TRY(reader->query(select_entries));
    query.bind(after).bind(limit);
    std::vector<ChainedEntry> entries;
    while (true) {
        const auto row = TRY(query.step());
        if (!row) return entries;
        entries.push_back({query.number(0),
                           {time_of(query.number(1)), query.text(2), query.text(3), query.text(4), query.text(5),
                            query.text(6), query.text(7)},
                           query.text(8)});
    }
}

base::Result<ChainedEntry> SqliteAuditLog::head() {
    Connections::Reader reader(*connections_);
    return read_head(*reader);
}

}  // namespace llmapikey::sqlite
