#include "keys/store_sqlite_endings.hpp"

#include "keys/store_sqlite_rows.hpp"

namespace llmapikey::sqlite {
namespace {

// What becomes of the grants that end, in three statements; the last of them ends those fitting `condition`, in which
// ?6 is 'active' if only those that are shall end, and ?4 is the time. A replacement that was begun has an entry in the
// ledger already, which then tells of the later decision.
struct Beginning {
    std::string insert_entries, upsert_holds, update_status;
};
Beginning beginning_of(const std::string& status, const std::string& condition) {
    const std::string fitting = " FROM api_keys WHERE id {in:$1} AND " + condition + " ";
    return {
        translated("INSERT INTO ledger AS entry (grant_id, github_user_id, github_username, "
                   "openrouter_delete_hash, key_hint, daily_limit_micro_usd, created_at, expires_at, actor, reason, "
                   "begun_at, bulk_id) SELECT id, github_user_id, github_username, openrouter_delete_hash, "
                   "key_hint, daily_limit_micro_usd, created_at, expires_at, $2, $3, $4, nullif($5, '')" +
                       fitting +
                       "ON CONFLICT (grant_id) DO UPDATE SET actor = excluded.actor, reason = excluded.reason, "
                       "bulk_id = excluded.bulk_id WHERE entry.ended_at IS NULL",
                   Dialect::sqlite),
        // What is being revoked already gets the hold as well; none is ever shortened.
        translated("INSERT INTO holds AS known (github_user_id, until, reason, actor, set_at) "
                   "SELECT github_user_id, $2, $3, $5, $4 FROM api_keys "
                   "WHERE id {in:$1} AND ($6 <> 'active' OR status = 'active') "
                   "ON CONFLICT (github_user_id) DO UPDATE SET until = excluded.until, "
                   "reason = excluded.reason, actor = excluded.actor, set_at = excluded.set_at "
                   "WHERE known.until < excluded.until OR (known.until IS NOT NULL AND excluded.until IS NULL)",
                   Dialect::sqlite),
        translated("UPDATE api_keys SET status = '" + status +
                       "', openrouter_key = NULL, unsynced = NULL, nonce = iif(status = 'waiting', '', nonce) "
                       "WHERE id {in:$1} AND " +
                       condition,
                   Dialect::sqlite)};
}
const Beginning revoking = beginning_of("revoking", "status <> 'revoking' AND ($6 <> 'active' OR status = 'active')");
const Beginning replacing =
    beginning_of("replacing",
                 "status = 'active' AND is_disabled = 0 AND $6 <> '' AND NOT EXISTS (SELECT 1 FROM holds WHERE "
                 "holds.github_user_id = api_keys.github_user_id AND (until IS NULL OR until > $4))");
const std::string update_replaced = translated(
    "UPDATE api_keys SET id = $3, status = 'waiting', openrouter_delete_hash = NULL, openrouter_key = NULL, "
    "key_hint = NULL, created_at = $2, attempted_at = $2, unsynced = NULL, spent_micro_usd = 0, spent_as_of = NULL, "
    "revealed_at = NULL, reveal_reason = NULL, queued_at = {queue_time}, next_attempt_at = $2, attempts = 0, "
    "problem = '', keeps_place = 1, missing_since = NULL, last_used_at = 0 WHERE id = $1 AND status = 'replacing'",
    Dialect::sqlite);
constexpr std::string_view select_selecting = "SELECT 1 FROM bulk_revocations WHERE id = ? AND state = 'selecting'";
const std::string delete_revoked =
    "DELETE FROM api_keys WHERE id = ? AND status = 'revoking' AND NOT " + ending_attempt;
constexpr std::string_view close_entry = "UPDATE ledger SET ended_at = ? WHERE grant_id = ? AND ended_at IS NULL";

std::string_view what_of(const Ending& ending) {
    return ending.what == EndsWhat::active_key ? "active" : "any";
}

base::Result<int> note_in_ledger(Connection& connection, const Beginning& beginning, const std::string& ids,
                                 const Ending& ending) {
    auto query = TRY(connection.query(beginning.insert_entries));
    query.bind(ids).bind(ending.actor).bind(ending.reason).bind(seconds_of(ending.now)).bind(ending.bulk_id);
    return query.bind(what_of(ending)).run();
}

base::Result<int> hold_back(Connection& connection, const Beginning& beginning, const std::string& ids,
                            const Ending& ending) {
    if (!ending.hold) return 0;
    auto query = TRY(connection.query(beginning.upsert_holds));
    query.bind(ids);
    if (ending.hold->until) {
        query.bind(seconds_of(*ending.hold->until));
    } else {
        query.bind_null();
    }
    query.bind(ending.hold->reason).bind(seconds_of(ending.now)).bind(ending.actor);
    return query.bind(what_of(ending)).run();
}

base::Result<int> change_status(Connection& connection, const Beginning& beginning, const std::string& ids,
                                const Ending& ending) {
    auto query = TRY(connection.query(beginning.update_status));
    query.bind(ids).bind_null().bind_null().bind(seconds_of(ending.now)).bind_null();
    return query.bind(what_of(ending)).run();
}

// Whether a bulk revocation still marks grants: one that was stopped or is done marks nothing more.
base::Result<bool> is_selecting(Connection& connection, const std::string& bulk_id) {
    if (bulk_id.empty()) return true;
    auto query = TRY(connection.query(select_selecting));
    return query.bind(bulk_id).step();
}

base::Result<int> begin_all(Connections& connections, const Beginning& beginning, const std::string& ids,
                            const Ending& ending) {
    Connections::Writer writer(connections);
    auto transaction = TRY(Transaction::begin(*writer));
    const auto may_mark = TRY(is_selecting(*writer, ending.bulk_id));
    if (!may_mark) return 0;
    TRY(note_in_ledger(*writer, beginning, ids, ending));
    TRY(hold_back(*writer, beginning, ids, ending));
    const auto changed = TRY(change_status(*writer, beginning, ids, ending));
    TRY(transaction.commit());
    return changed;
}

base::Result<void> close_ledger(Connection& connection, const std::string& grant_id, base::Timestamp now) {
    auto query = TRY(connection.query(close_entry));
    TRY(query.bind(seconds_of(now)).bind(grant_id).run());
    return {};
}

}  // namespace

base::Result<int> SqliteGrantEndings::begin(const std::vector<std::string>& grant_ids, const Ending& ending) {
    return begin_all(*connections_, revoking, joined(grant_ids), ending);
}

base::Result<int> SqliteGrantEndings::begin_replacement(const std::string& grant_id, const Ending& ending) {
    return begin_all(*connections_, replacing, grant_id, ending);
}

base::Result<int> SqliteGrantEndings::finish_replacement(const Grant& grant, const std::string& new_id,
                                                         base::Timestamp now) {
    Connections::Writer writer(*connections_);
    auto transaction = TRY(Transaction::begin(*writer));
    auto query = TRY(writer->query(update_replaced));
    const auto changed = query.bind(grant.id).bind(seconds_of(now)).bind(new_id).run();
    if (!changed || *changed == 0) return changed;
    TRY(close_ledger(*writer, grant.id, now));
    TRY(transaction.commit());
    return *changed;
}

base::Result<void> SqliteGrantEndings::finish(const Grant& grant, base::Timestamp now) {
    Connections::Writer writer(*connections_);
    auto transaction = TRY(Transaction::begin(*writer));
    auto query = TRY(writer->query(delete_revoked));
    const auto removed = TRY(query.bind(grant.id).run());
    if (removed == 0) return {};
    TRY(close_ledger(*writer, grant.id, now));
    return transaction.commit();
}

}  // namespace llmapikey::sqlite
