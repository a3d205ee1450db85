#include "keys/store_postgres_endings.hpp"

#include "keys/store_given_up.hpp"
#include "keys/store_postgres_rows.hpp"
#include "webhooks/store_webhook_notice.hpp"

namespace llmapikey::postgres {
namespace {

// Rows that fit `condition` get another status, and an entry in the ledger. A replacement that was begun has one
// already, which then tells of the later decision. For a bulk revocation ($5) only while it is selecting: one that was
// stopped or is done marks nothing more.
std::string mark_with(const std::string& status, const std::string& condition) {
    return "WITH open_bulk AS (SELECT id FROM llmapikey.bulk_revocations WHERE id = $5 AND state = 'selecting' "
           "FOR SHARE), "
           "ended AS (UPDATE llmapikey.api_keys SET status = '" +
           status +
           "', openrouter_key = NULL, unsynced = NULL, nonce = CASE WHEN status = 'waiting' THEN '' ELSE nonce END "
           "WHERE id {in:$1} AND " +
           condition +
           " AND ($5 = '' OR EXISTS (SELECT 1 FROM open_bulk)) RETURNING *), "
           "noted AS (INSERT INTO llmapikey.ledger AS entry (grant_id, github_user_id, github_username, "
           "openrouter_delete_hash, key_hint, daily_limit_micro_usd, created_at, expires_at, actor, reason, begun_at, "
           "bulk_id) SELECT id, github_user_id, github_username, openrouter_delete_hash, key_hint, "
           "daily_limit_micro_usd, created_at, expires_at, $2, $3, to_timestamp($4::bigint), nullif($5, '') FROM ended "
           "ON CONFLICT (grant_id) DO UPDATE SET actor = excluded.actor, reason = excluded.reason, "
           "bulk_id = excluded.bulk_id WHERE entry.ended_at IS NULL)";
}
// $6: 'active': only rows that are; $7: 'hold', until $8 (NULL: until it is lifted), for the reason $9. What is being
// revoked already gets the hold as well; none is ever shortened.
const std::string begin_endings =
    translated(mark_with("revoking", "status <> 'revoking' AND ($6 <> 'active' OR status = 'active')") +
                   ", meant AS (SELECT github_user_id FROM ended UNION SELECT github_user_id FROM llmapikey.api_keys "
                   "WHERE id {in:$1} AND $6 <> 'active' AND ($5 = '' OR EXISTS (SELECT 1 FROM open_bulk))), "
                   "held AS (INSERT INTO llmapikey.holds AS known (github_user_id, until, reason, actor, set_at) "
                   "SELECT github_user_id, to_timestamp($8::bigint), $9, $2, to_timestamp($4::bigint) FROM meant WHERE "
                   "$7 = 'hold' "
                   "ON CONFLICT (github_user_id) DO UPDATE SET until = excluded.until, reason = excluded.reason, "
                   "actor = excluded.actor, set_at = excluded.set_at WHERE known.until < excluded.until "
                   "OR (known.until IS NOT NULL AND excluded.until IS NULL)) SELECT count(*) FROM ended",
               Dialect::postgres);
const std::string begin_replacing =
    translated(mark_with("replacing",
                         "status = 'active' AND is_disabled = 0 AND NOT EXISTS (SELECT 1 FROM llmapikey.holds "
                         "WHERE holds.github_user_id = api_keys.github_user_id "
                         "AND (until IS NULL OR until > to_timestamp($4::bigint)))") +
                   " SELECT count(*) FROM ended",
               Dialect::postgres);
const std::string finish_replacing =
    "WITH old AS (SELECT id, github_user_id, github_username FROM llmapikey.api_keys "
    "WHERE github_user_id = $1 AND id = $2::uuid AND status = 'replacing' FOR UPDATE), "
    "next AS (UPDATE llmapikey.api_keys SET id = $4::uuid, status = 'waiting', openrouter_delete_hash = NULL, "
    "openrouter_key = NULL, key_hint = NULL, created_at = to_timestamp($3::bigint), "
    "attempted_at = to_timestamp($3::bigint), unsynced = NULL, spent_micro_usd = 0, spent_as_of = NULL, "
    "revealed_at = NULL, reveal_reason = NULL, queued_at = " +
    translated("{queue_time}", Dialect::postgres) +
    ", next_attempt_at = $3::bigint, attempts = 0, problem = '', keeps_place = 1, missing_since = NULL, "
    "last_used_at = 0 WHERE github_user_id = $1 AND id IN (SELECT id FROM old) AND status = 'replacing' RETURNING "
    "nonce), " +
    remembering("next") +
    ", "
    "closed AS (UPDATE llmapikey.ledger SET ended_at = to_timestamp($3::bigint) "
    "WHERE grant_id = $2::uuid AND ended_at IS NULL AND EXISTS (SELECT 1 FROM old)), " +
    webhook_notice("key.revoked", "old", "id::text",
                   "coalesce((SELECT reason FROM llmapikey.ledger WHERE grant_id = $2::uuid), '')") +
    " SELECT count(*) FROM next";
const std::string finish_ending =
    "WITH gone AS (DELETE FROM llmapikey.api_keys "
    "WHERE github_user_id = $1 AND id = $2::uuid AND status = 'revoking' AND NOT " +
    ending_attempt + " RETURNING id, github_user_id, github_username, nonce), " + remembering("gone") +
    ", "
    "closed AS (UPDATE llmapikey.ledger SET ended_at = to_timestamp($3::bigint) "
    "WHERE grant_id = $2::uuid AND ended_at IS NULL AND EXISTS (SELECT 1 FROM gone)), " +
    webhook_notice("key.revoked", "gone", "id::text",
                   "coalesce((SELECT reason FROM llmapikey.ledger WHERE grant_id = $2::uuid), '')") +
    " UPDATE llmapikey.totals SET live = live - 1 WHERE only_row = 1 AND EXISTS (SELECT 1 FROM gone)";

Parameters parameters_of(const std::string& ids, const Ending& ending) {
    Parameters parameters;
    parameters.add(ids).add(ending.actor).add(ending.reason).add(seconds_of(ending.now)).add(ending.bulk_id);
    return parameters;
}

Parameters with_hold(Parameters parameters, const Ending& ending) {
    parameters.add(ending.what == EndsWhat::active_key ? "active" : "").add(ending.hold ? "hold" : "");
    if (ending.hold && ending.hold->until) {
        parameters.add(seconds_of(*ending.hold->until));
    } else {
        parameters.add_null();
    }
    parameters.add(ending.hold ? ending.hold->reason : "");
    return parameters;
}

base::Result<int> count_of(base::Result<Database::Answer> answer) {
    const auto counted = TRY(std::move(answer));
    return static_cast<int>(counted.rows.number(0, 0));
}

}  // namespace

base::Result<int> PostgresGrantEndings::begin(const std::vector<std::string>& grant_ids, const Ending& ending) {
    const auto parameters = with_hold(parameters_of(joined(grant_ids), ending), ending);
    return count_of(database_->run(begin_endings, parameters, Patience::fail_fast));
}

base::Result<int> PostgresGrantEndings::begin_replacement(const std::string& grant_id, const Ending& ending) {
    return count_of(database_->run(begin_replacing, parameters_of(grant_id, ending), Patience::fail_fast));
}

base::Result<int> PostgresGrantEndings::finish_replacement(const Grant& grant, const std::string& new_id,
                                                           base::Timestamp now) {
    const auto parameters =
        Parameters().add(grant.github_user_id.text()).add(grant.id).add(seconds_of(now)).add(new_id);
    return count_of(database_->run(finish_replacing, parameters, Patience::wait));
}

base::Result<void> PostgresGrantEndings::finish(const Grant& grant, base::Timestamp now) {
    const auto parameters = Parameters().add(grant.github_user_id.text()).add(grant.id).add(seconds_of(now));
    TRY(database_->run(finish_ending, parameters, Patience::wait));
    return {};
}

}  // namespace llmapikey::postgres
