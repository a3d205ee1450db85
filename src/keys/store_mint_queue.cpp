#include "keys/store_mint_queue.hpp"

#include "keys/store_columns.hpp"
#include "sql/sql_values.hpp"

namespace llmapikey {
namespace {

// What the account's earlier keys have spent today is looked up anew: the day may be another one than when it was
// queued. $1, $2, $3: the row; $4: the nonce; $5: now; $6: expiry; $7: cap; $8: today; $9: when the caps are reset. A
// hold that came while it waited is looked at here: nobody may mint for an account on hold.
const std::string spent_today =
    "(SELECT coalesce(sum(spent_micro_usd), 0)::bigint FROM llmapikey.spending_days "
    "WHERE github_user_id = $1 AND day = $8)";
const std::string claim_row =
    "UPDATE llmapikey.api_keys SET status = 'pending', nonce = $4, attempted_at = {time:$5}, expires_at = {time:$6}, "
    "daily_limit_micro_usd = coalesce($7::bigint, daily_limit_micro_usd), openrouter_delete_hash = NULL, "
    "carried_micro_usd = " +
    spent_today + ", carried_until = CASE WHEN " + spent_today +
    " > 0 THEN $9::bigint END WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND status = 'waiting' "
    "AND NOT EXISTS (SELECT 1 FROM llmapikey.holds WHERE holds.github_user_id = $1 "
    "AND (holds.until IS NULL OR holds.until > {time:$5})) RETURNING " +
    portable_grant_columns;
// Of an attempt whose end is decided the nonce goes: nothing is left to look for.
const std::string requeue_row =
    "UPDATE llmapikey.api_keys SET status = CASE WHEN status = 'revoking' THEN status ELSE 'waiting' END, "
    "nonce = CASE WHEN status = 'revoking' THEN '' ELSE nonce END, openrouter_delete_hash = NULL, "
    "queued_at = coalesce(queued_at, {queue_time}), next_attempt_at = $4::bigint, attempts = attempts + $5::bigint, "
    "problem = $6 WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND " +
    unsettled_attempt;
// SQLite has triggers that remember what is given up.
const std::string requeue_and_remember =
    "WITH given_up AS (" + requeue_row +
    " RETURNING github_user_id) INSERT INTO llmapikey.given_up_attempts (nonce, given_up_at) SELECT $3, {now} "
    "FROM given_up ON CONFLICT (nonce) DO UPDATE SET given_up_at = excluded.given_up_at";
const std::string select_due = "SELECT " + portable_grant_columns +
                               " FROM llmapikey.api_keys WHERE status = 'waiting' AND next_attempt_at <= $1::bigint "
                               "ORDER BY queued_at, id LIMIT $2::bigint";
const std::string count_before =
    "SELECT count(*) FROM (SELECT 1 FROM llmapikey.api_keys AS other, "
    "(SELECT queued_at, id FROM llmapikey.api_keys WHERE id = $1::uuid AND status = 'waiting') AS own "
    "WHERE other.status = 'waiting' AND (other.queued_at, other.id) <= (own.queued_at, own.id) LIMIT $2::bigint) "
    "AS before_it";
const std::string select_past =
    "SELECT key_hint, actor, reason, {epoch:begun_at} FROM llmapikey.ledger WHERE github_user_id = $1 "
    "ORDER BY begun_at DESC, grant_id LIMIT 1";
const std::string select_note = "SELECT problem, noted_at FROM llmapikey.mint_notes WHERE github_user_id = $1";

SqlValues values_of(const Attempt& attempt) {
    return SqlValues().add(attempt.github_user_id.text()).add(attempt.grant_id).add(attempt.nonce);
}

tl::unexpected<base::Error> wrong_state() {
    return base::fail(base::Errc::conflict, "the row is not in the state that was expected");
}

}  // namespace

base::Result<Grant> SqlMintQueue::claim(const Claim& claim) {
    SqlValues values = values_of(claim.waiting);
    values.add(claim.nonce).add(seconds_of(claim.now)).add(seconds_of(claim.expires_at));
    values.add_if(claim.daily_limit ? std::optional(claim.daily_limit->value) : std::nullopt);
    values.add(day_text(claim.now)).add(seconds_of(next_reset(claim.now)));
    const auto answer = TRY(database_->run(claim_row, values));
    if (answer.rows.empty()) return wrong_state();
    return grant_of_row(answer.rows[0]);
}

base::Result<void> SqlMintQueue::requeue(const Attempt& attempt, const Requeue& requeue) {
    SqlValues values = values_of(attempt);
    values.add(seconds_of(requeue.next_attempt_at)).add(std::int64_t{requeue.counts ? 1 : 0});
    values.add(to_text(requeue.problem));
    const bool is_postgres = database_->dialect() == Dialect::postgres;
    const auto answer = TRY(database_->run(is_postgres ? requeue_and_remember : requeue_row, values));
    return answer.changed == 1 ? base::Result<void>{} : wrong_state();
}

base::Result<std::vector<Grant>> SqlMintQueue::list_due(base::Timestamp now, int limit) {
    const auto answer = TRY(database_->run(select_due, SqlValues().add(seconds_of(now)).add(std::int64_t{limit})));
    return grants_of(answer);
}

base::Result<std::optional<int>> SqlMintQueue::place_of(const std::string& grant_id, int most) {
    const auto answer = TRY(database_->run(count_before, SqlValues().add(grant_id).add(std::int64_t{most})));
    const auto place = static_cast<int>(answer.rows.at(0).number(0));
    return place > 0 ? std::optional(place) : std::nullopt;
}

base::Result<AccountPast> SqlMintQueue::past_of(GithubUserId id) {
    const auto ended = TRY(database_->run(select_past, SqlValues().add(id.text())));
    const auto note = TRY(database_->run(select_note, SqlValues().add(id.text())));
    AccountPast past;
    if (!ended.rows.empty()) {
        const SqlRow& row = ended.rows[0];
        past.latest = PastKey{row.text(0), row.text(1), row.text(2), time_in(row, 3)};
    }
    if (!note.rows.empty()) {
        past.problem = parse_mint_problem(note.rows[0].text(0));
        past.problem_at = time_in(note.rows[0], 1);
    }
    return past;
}

}  // namespace llmapikey
