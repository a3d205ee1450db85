#pragma once

#include <string>
#include <vector>

#include "keys/admin_store.hpp"
#include "sql/sql_database.hpp"

// Lists and searches the ledger of ended keys, for AdminStore.
namespace llmapikey {

// The columns of the ledger that ledger_entries_of() reads, as for translated().
inline constexpr std::string_view ledger_columns =
    "grant_id, github_username, openrouter_delete_hash, key_hint, daily_limit_micro_usd, {epoch:created_at} AS "
    "created, "
    "{epoch:expires_at} AS expires, actor, reason, {epoch:begun_at} AS begun, {epoch:ended_at} AS ended, bulk_id, "
    "github_user_id, revoke_attempts, revoke_problem, next_revoke_at";
inline constexpr int ledger_column_count = 16;

base::Result<std::vector<LedgerEntry>> ledger_entries_of(const SqlAnswer& answer);
// Reads three columns from `column` on: how often revoking has failed, why, and when it is retried.
void read_attempts(const SqlRow& row, int column, LedgerEntry& entry);

base::Result<LedgerPage> list_ended(SqlDatabase& database, const GrantQuery& query);
base::Result<std::vector<GithubUserId>> find_accounts(SqlDatabase& database, const std::string& search, int limit);
base::Result<std::vector<ChainedEntry>> find_audit_entries(SqlDatabase& database, const AuditQuery& query);

}  // namespace llmapikey
