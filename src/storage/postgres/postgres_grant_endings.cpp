#include "storage/postgres/postgres_grant_endings.hpp"

#include "storage/postgres/grant_rows.hpp"
#include "storage/postgres/webhook_notice.hpp"

namespace llmapikey::storage::postgres {
namespace {

// $5: whether there is a hold; $6: until when it lasts, NULL for until it is lifted.
const std::string begin_endings = translated(
    "WITH ended AS (UPDATE llmapikey.api_keys SET status = 'revoking', openrouter_key = NULL, unsynced = NULL "
    "WHERE id {in:$1} AND status = 'active' RETURNING *), "
    "noted AS (INSERT INTO llmapikey.ledger (grant_id, github_user_id, github_username, openrouter_delete_hash, "
    "key_hint, daily_limit_micro_usd, created_at, expires_at, actor, reason, begun_at, bulk_id) "
    "SELECT id, github_user_id, github_username, openrouter_delete_hash, key_hint, daily_limit_micro_usd, created_at, "
    "expires_at, $2, $3, to_timestamp($4::bigint), nullif($8, '') FROM ended ON CONFLICT (grant_id) DO NOTHING), "
    "held AS (INSERT INTO llmapikey.holds (github_user_id, until, reason, actor, set_at) "
    "SELECT github_user_id, to_timestamp($6::bigint), $7, $2, to_timestamp($4::bigint) FROM ended WHERE $5 = 'hold' "
    "ON CONFLICT (github_user_id) DO UPDATE SET until = excluded.until, reason = excluded.reason, "
    "actor = excluded.actor, set_at = excluded.set_at) SELECT count(*) FROM ended",
    Dialect::postgres);
const std::string finish_ending =
    "WITH gone AS (DELETE FROM llmapikey.api_keys "
    "WHERE github_user_id = $1 AND id = $2::uuid AND status = 'revoking' "
    "RETURNING id, github_user_id, github_username), "
    "closed AS (UPDATE llmapikey.ledger SET ended_at = to_timestamp($3::bigint) "
    "WHERE grant_id = $2::uuid AND ended_at IS NULL), " +
    webhook_notice("key.revoked", "gone", "id::text",
                   "coalesce((SELECT reason FROM llmapikey.ledger WHERE grant_id = $2::uuid), '')") +
    " UPDATE llmapikey.totals SET live = live - 1 WHERE only_row = 1 AND EXISTS (SELECT 1 FROM gone)";

}  // namespace

base::Result<int> PostgresGrantEndings::begin(const std::vector<std::string>& grant_ids,
                                              const service::Ending& ending) {
    Parameters parameters;
    parameters.add(joined(grant_ids)).add(ending.actor).add(ending.reason).add(seconds_of(ending.now));
    parameters.add(ending.hold ? "hold" : "");
    if (ending.hold && ending.hold->until) {
        parameters.add(seconds_of(*ending.hold->until));
    } else {
        parameters.add_null();
    }
    parameters.add(ending.hold ? ending.hold->reason : "").add(ending.bulk_id);
    const auto answer = database_->run(begin_endings, parameters, Patience::fail_fast);
    if (!answer) return tl::unexpected(answer.error());
    return static_cast<int>(answer->rows.number(0, 0));
}

base::Result<void> PostgresGrantEndings::finish(const domain::Grant& grant, base::Timestamp now) {
    const auto parameters = Parameters().add(grant.github_user_id.text()).add(grant.id).add(seconds_of(now));
    const auto answer = database_->run(finish_ending, parameters, Patience::wait);
    if (!answer) return tl::unexpected(answer.error());
    return {};
}

}  // namespace llmapikey::storage::postgres
