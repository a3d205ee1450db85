#include "keys/store_ledger_list.hpp"

#include <algorithm>

#include "keys/store_cursor.hpp"
#include "sql/sql_values.hpp"
#include "sql/text_search.hpp"

namespace llmapikey {

namespace {

constexpr std::int64_t last_second = 253'402'300'799;  // of the year 9999
const std::string last_id = "ffffffff-ffff-ffff-ffff-ffffffffffff";

// $1 is the text that was typed, $2 is the pattern for a part of a login.
std::string search_condition(Dialect dialect) {
    return "($1 = '' OR github_user_id = $1 OR key_hint = $1 OR " + holds_part("github_username", "$2", dialect) + ")";
}

base::Result<LedgerEntry> ledger_entry_of(const SqlRow& row) {
    const auto account = GithubUserId::parse(row.text(12));
    if (!account)
        return base::fail(base::Errc::store_unavailable, "row " + row.text(0) + " of the ledger makes no sense");
    LedgerEntry entry;
    entry.grant.id = row.text(0);
    entry.grant.github_user_id = *account;
    entry.grant.github_username = row.text(1);
    entry.grant.status = GrantStatus::revoking;
    entry.grant.delete_handle = row.text(2);
    entry.grant.key_hint = row.text(3);
    entry.grant.daily_limit = base::MicroUsd{row.number(4)};
    entry.grant.created_at = entry.grant.attempted_at = time_of(row.number(5));
    entry.grant.expires_at = time_of(row.number(6));
    entry.actor = row.text(7);
    entry.reason = row.text(8);
    entry.begun_at = time_of(row.number(9));
    entry.ended_at = time_if_any(row, 10);
    entry.bulk_id = row.text(11);
    read_attempts(row, 13, entry);
    return entry;
}

}  // namespace

void read_attempts(const SqlRow& row, int column, LedgerEntry& entry) {
    entry.attempts = static_cast<int>(row.number(column));
    entry.problem = row.text(column + 1);
    entry.next_attempt_at = time_if_any(row, column + 2);
}

base::Result<std::vector<LedgerEntry>> ledger_entries_of(const SqlAnswer& answer) {
    std::vector<LedgerEntry> entries;
    for (const SqlRow& row : answer.rows) {
        auto entry = TRY(ledger_entry_of(row));
        entries.push_back(std::move(entry));
    }
    return entries;
}

base::Result<LedgerPage> list_ended(SqlDatabase& database, const GrantQuery& query) {
    GrantCursor cursor{last_second * 1'000'000, last_id};
    if (!query.cursor.empty()) {
        cursor = TRY(GrantCursor::parse(query.cursor, GrantOrder::newest));
    }
    SqlValues values;
    values.add(query.search).add(pattern_of_part(query.search));
    values.add(query.created_from ? seconds_of(*query.created_from) : 0);
    values.add(query.created_before ? seconds_of(*query.created_before) : last_second);
    values.add(cursor.value).add(cursor.grant_id).add(std::int64_t{query.limit} + 1);
    auto answer = TRY(database.run(
        "SELECT " + std::string(ledger_columns) + ", {micros:begun_at} AS place FROM llmapikey.ledger WHERE " +
            search_condition(database.dialect()) +
            " AND ended_at IS NOT NULL AND created_at >= {time:$3} AND created_at < {time:$4} "
            "AND (begun_at, grant_id) < ({from_micros:$5}, $6::uuid) "
            "ORDER BY begun_at DESC, grant_id DESC LIMIT $7::bigint",
        values));
    LedgerPage page;
    if (answer.rows.size() > static_cast<std::size_t>(query.limit)) {
        answer.rows.resize(static_cast<std::size_t>(query.limit));
        const SqlRow& last = answer.rows.back();
        page.next_cursor = GrantCursor{last.number(ledger_column_count), last.text(0)}.text(GrantOrder::newest);
    }
    page.entries = TRY(ledger_entries_of(answer));
    return page;
}

base::Result<std::vector<GithubUserId>> find_accounts(SqlDatabase& database, const std::string& search, int limit) {
    SqlValues values;
    values.add(search).add(pattern_of_part(search)).add(std::int64_t{limit});
    const std::string fitting = " WHERE " + search_condition(database.dialect());
    const auto answer = TRY(database.run("SELECT github_user_id FROM llmapikey.api_keys" + fitting +
                                             " UNION SELECT github_user_id FROM llmapikey.ledger" + fitting +
                                             " ORDER BY github_user_id LIMIT $3::bigint",
                                         values));
    std::vector<GithubUserId> accounts;
    for (const SqlRow& row : answer.rows)
        if (const auto id = GithubUserId::parse(row.text(0))) accounts.push_back(*id);
    return accounts;
}

base::Result<std::vector<ChainedEntry>> find_audit_entries(SqlDatabase& database, const AuditQuery& query) {
    if (query.accounts.empty()) return std::vector<ChainedEntry>();
    SqlValues values;
    values.add(query.after).add(query.before).add(std::int64_t{query.limit});
    std::string about;
    for (const GithubUserId account : query.accounts) {
        const std::string subject = "account:" + account.text();
        values.add(subject).add(subject + " %");
        about += (about.empty() ? "" : " OR ") + ("subject LIKE $" + std::to_string(values.size() - 1)) +
                 " OR subject LIKE $" + std::to_string(values.size());
    }
    const auto answer = TRY(database.run(
        "SELECT sequence, {epoch:at} AS at_second, actor, action, subject, origin, outcome, detail, hash "
        "FROM llmapikey.audit_log WHERE sequence > $1::bigint AND sequence < $2::bigint AND (" +
            about + ") ORDER BY sequence " + (query.is_latest_first ? "DESC" : "ASC") + " LIMIT $3::bigint",
        values));
    std::vector<ChainedEntry> entries;
    for (const SqlRow& row : answer.rows) {
        entries.push_back(
            {row.number(0),
             {time_of(row.number(1)), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6), row.text(7)},
             row.text(8)});
    }
    return entries;
}

}  // namespace llmapikey
