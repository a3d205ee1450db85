#include "storage/sqlite/sqlite_grant_endings.hpp"

#include "storage/sqlite/grant_rows.hpp"

namespace llmapikey::storage::sqlite {
namespace {

// Those of ?1 that are active, in all three; the last one ends that.
const std::string insert_entries = translated(
    "INSERT INTO ledger (grant_id, github_user_id, github_username, openrouter_delete_hash, key_hint, "
    "daily_limit_micro_usd, created_at, expires_at, actor, reason, begun_at, bulk_id) "
    "SELECT id, github_user_id, github_username, openrouter_delete_hash, key_hint, daily_limit_micro_usd, created_at, "
    "expires_at, $2, $3, $4, nullif($5, '') FROM api_keys WHERE id {in:$1} AND status = 'active' "
    "ON CONFLICT (grant_id) DO NOTHING",
    Dialect::sqlite);
const std::string upsert_holds = translated(
    "INSERT INTO holds (github_user_id, until, reason, actor, set_at) "
    "SELECT github_user_id, $2, $3, $4, $5 FROM api_keys WHERE id {in:$1} AND status = 'active' "
    "ON CONFLICT (github_user_id) DO UPDATE SET until = excluded.until, reason = excluded.reason, "
    "actor = excluded.actor, set_at = excluded.set_at",
    Dialect::sqlite);
const std::string update_to_revoking = translated(
    "UPDATE api_keys SET status = 'revoking', openrouter_key = NULL, unsynced = NULL "
    "WHERE id {in:$1} AND status = 'active'",
    Dialect::sqlite);
constexpr std::string_view delete_revoked = "DELETE FROM api_keys WHERE id = ? AND status = 'revoking'";
constexpr std::string_view close_entry = "UPDATE ledger SET ended_at = ? WHERE grant_id = ? AND ended_at IS NULL";

base::Result<int> note_in_ledger(Connection& connection, const std::string& ids, const service::Ending& ending) {
    auto query = connection.query(insert_entries);
    if (!query) return tl::unexpected(query.error());
    query->bind(ids).bind(ending.actor).bind(ending.reason).bind(seconds_of(ending.now)).bind(ending.bulk_id);
    return query->run();
}

base::Result<int> hold_back(Connection& connection, const std::string& ids, const service::Ending& ending) {
    if (!ending.hold) return 0;
    auto query = connection.query(upsert_holds);
    if (!query) return tl::unexpected(query.error());
    query->bind(ids);
    if (ending.hold->until) {
        query->bind(seconds_of(*ending.hold->until));
    } else {
        query->bind_null();
    }
    return query->bind(ending.hold->reason).bind(ending.actor).bind(seconds_of(ending.now)).run();
}

base::Result<int> run(Connection& connection, std::string_view sql, const std::string& value) {
    auto query = connection.query(sql);
    if (!query) return tl::unexpected(query.error());
    return query->bind(value).run();
}

}  // namespace

base::Result<int> SqliteGrantEndings::begin(const std::vector<std::string>& grant_ids, const service::Ending& ending) {
    const std::string ids = joined(grant_ids);
    Connections::Writer writer(*connections_);
    auto transaction = Transaction::begin(*writer);
    if (!transaction) return tl::unexpected(transaction.error());
    const auto noted = note_in_ledger(*writer, ids, ending);
    if (!noted) return noted;
    const auto held = hold_back(*writer, ids, ending);
    if (!held) return held;
    const auto changed = run(*writer, update_to_revoking, ids);
    if (!changed) return changed;
    const auto committed = transaction->commit();
    if (!committed) return tl::unexpected(committed.error());
    return *changed;
}

base::Result<void> SqliteGrantEndings::finish(const domain::Grant& grant, base::Timestamp now) {
    Connections::Writer writer(*connections_);
    auto transaction = Transaction::begin(*writer);
    if (!transaction) return tl::unexpected(transaction.error());
    const auto removed = run(*writer, delete_revoked, grant.id);
    if (!removed) return tl::unexpected(removed.error());
    auto query = writer->query(close_entry);
    if (!query) return tl::unexpected(query.error());
    const auto closed = query->bind(seconds_of(now)).bind(grant.id).run();
    if (!closed) return tl::unexpected(closed.error());
    return transaction->commit();
}

}  // namespace llmapikey::storage::sqlite
