#include "keys/store_postgres_keys.hpp"

#include "identity/initiator.hpp"
#include "keys/store_given_up.hpp"
#include "keys/store_postgres_rows.hpp"
#include "schema/postgres_migrations.hpp"
#include "webhooks/store_webhook_notice.hpp"

namespace llmapikey::postgres {
namespace {

// Two submits of one account collide at most once each; more than a few times is not chance.
constexpr int max_collisions = 8;
constexpr base::Millis longest_turn{5'000};
constexpr std::string_view lowest_id = "00000000-0000-0000-0000-000000000000";

const std::string select_by_account = "SELECT " + grant_columns + " FROM llmapikey.api_keys WHERE github_user_id = $1";
const std::string select_account =
    "SELECT grant_of.*, hold_of.* FROM (SELECT 1) AS one "
    "LEFT JOIN (SELECT " +
    grant_columns +
    " FROM llmapikey.api_keys WHERE github_user_id = $1) AS grant_of ON true "
    "LEFT JOIN (SELECT true AS is_held, floor(extract(epoch FROM until))::bigint AS until, reason, actor "
    "FROM llmapikey.holds WHERE github_user_id = $1) AS hold_of ON true";
// Each part from the index that holds nothing else.
const std::string unsettled_where =
    "AND id > $1::uuid AND attempted_at <= to_timestamp($2::bigint) ORDER BY id "
    "LIMIT $3::bigint)";
const std::string select_unsettled =
    "SELECT * FROM ((SELECT " + grant_columns + " FROM llmapikey.api_keys WHERE status IN ('pending', 'ambiguous') " +
    unsettled_where + " UNION ALL (SELECT " + grant_columns + " FROM llmapikey.api_keys WHERE " + ending_attempt + " " +
    unsettled_where + ") AS unsettled ORDER BY id LIMIT $3::bigint";
// The row of the totals is locked before the reservation is inserted: that makes the quota exact, whichever replica
// asks. Gives no row if all places are taken or the account is on hold. $9: 'queued', to wait for its turn; $10: today;
// $11: when the caps are reset.
const std::string insert_pending =
    "WITH held AS (SELECT " + grant_columns +
    " FROM llmapikey.api_keys WHERE github_user_id = $2), "
    "spent AS (SELECT coalesce(sum(spent_micro_usd), 0)::bigint AS today FROM llmapikey.spending_days "
    "WHERE github_user_id = $2 AND day = $10), "
    "place AS (UPDATE llmapikey.totals SET live = live + 1 "
    "WHERE only_row = 1 AND ($8::bigint = 0 OR live < $8::bigint) AND NOT EXISTS (SELECT 1 FROM held) "
    "AND NOT EXISTS (SELECT 1 FROM llmapikey.holds WHERE github_user_id = $2 "
    "AND (until IS NULL OR until > to_timestamp($6::bigint))) "
    "RETURNING live), "
    "reserved AS (INSERT INTO llmapikey.api_keys (id, github_user_id, github_username, status, nonce, "
    "daily_limit_micro_usd, created_at, attempted_at, expires_at, carried_micro_usd, carried_until, queued_at, "
    "next_attempt_at) "
    "SELECT $1::uuid, $2, $3, CASE WHEN $9 = 'queued' THEN 'waiting' ELSE 'pending' END, $4, $5::bigint, "
    "to_timestamp($6::bigint), to_timestamp($6::bigint), to_timestamp($7::bigint), spent.today, "
    "CASE WHEN spent.today > 0 THEN $11::bigint END, CASE WHEN $9 = 'queued' THEN " +
    translated("{queue_time}", Dialect::postgres) +
    " END, CASE WHEN $9 = 'queued' THEN $6::bigint END FROM place, spent RETURNING " + grant_columns +
    ") SELECT * FROM held UNION ALL SELECT * FROM reserved";
const std::string update_to_active =
    "WITH changed AS (UPDATE llmapikey.api_keys SET status = 'active', openrouter_delete_hash = $4, "
    "openrouter_key = $5, key_hint = $6, queued_at = NULL, next_attempt_at = NULL, attempts = 0, problem = '' "
    "WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND status = 'pending' "
    "AND NOT EXISTS (SELECT 1 FROM llmapikey.api_keys WHERE openrouter_delete_hash = $4) "
    "AND NOT EXISTS (SELECT 1 FROM llmapikey.holds WHERE github_user_id = $1 "
    "AND (until IS NULL OR until > to_timestamp($7::bigint))) "
    "RETURNING id, github_user_id, github_username), " +
    webhook_notice("key.issued", "changed", "id::text") + " SELECT id FROM changed";
const std::string update_to_ambiguous =
    "WITH changed AS (UPDATE llmapikey.api_keys SET status = CASE WHEN status = 'revoking' THEN status ELSE "
    "'ambiguous' END, openrouter_delete_hash = coalesce(openrouter_delete_hash, nullif($4, '')) "
    "WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND " +
    unsettled_attempt +
    " RETURNING id, github_user_id, github_username, nonce, status), "
    "doubtful AS (SELECT * FROM changed WHERE status = 'ambiguous'), " +
    webhook_notice("mint.ambiguous", "doubtful", "id::text || ':' || nonce") + " SELECT id FROM changed";
// $4: what the recipient is told, or empty; $5: now. Gives how many attempts are over: one or none.
const std::string delete_unsettled =
    "WITH gone AS (DELETE FROM llmapikey.api_keys "
    "WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND status IN ('pending', 'ambiguous') "
    "RETURNING github_user_id), "
    "known AS (UPDATE llmapikey.api_keys SET nonce = '' WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 "
    "AND " +
    ending_attempt +
    " RETURNING github_user_id), "
    "over AS (SELECT $3 AS nonce FROM gone UNION ALL SELECT $3 FROM known), " +
    remembering("over") +
    ", noted AS (INSERT INTO llmapikey.mint_notes (github_user_id, problem, noted_at) "
    "SELECT github_user_id, $4, $5::bigint FROM gone WHERE $4 <> '' ON CONFLICT (github_user_id) DO UPDATE "
    "SET problem = excluded.problem, noted_at = excluded.noted_at), "
    "freed AS (UPDATE llmapikey.totals SET live = live - 1 WHERE only_row = 1 AND EXISTS (SELECT 1 FROM gone)) "
    "SELECT count(*) FROM over";
const std::string delete_waiting =
    "WITH gone AS (DELETE FROM llmapikey.api_keys "
    "WHERE github_user_id = $1 AND id = $2::uuid AND nonce = $3 AND status = 'waiting' RETURNING github_user_id), "
    "noted AS (INSERT INTO llmapikey.mint_notes (github_user_id, problem, noted_at) "
    "SELECT github_user_id, $4, $5::bigint FROM gone WHERE $4 <> '' ON CONFLICT (github_user_id) DO UPDATE "
    "SET problem = excluded.problem, noted_at = excluded.noted_at) "
    "UPDATE llmapikey.totals SET live = live - 1 WHERE only_row = 1 AND EXISTS (SELECT 1 FROM gone)";
const std::string update_login =
    "UPDATE llmapikey.api_keys SET github_username = $2 WHERE github_user_id = $1 AND github_username <> $2";
const std::string select_known =
    "SELECT EXISTS (SELECT 1 FROM llmapikey.api_keys WHERE openrouter_delete_hash = $1) "
    "OR ($2 <> '' AND EXISTS (SELECT 1 FROM llmapikey.api_keys WHERE nonce = $2))";
const std::string select_totals = "SELECT live FROM llmapikey.totals WHERE only_row = 1";
const std::string select_state =
    "SELECT coalesce(max(version), 0), current_setting('transaction_read_only') FROM llmapikey.applied_migrations";

Parameters parameters_of(const Attempt& attempt) {
    return Parameters().add(attempt.github_user_id.text()).add(attempt.grant_id).add(attempt.nonce);
}

tl::unexpected<base::Error> wrong_state() {
    return base::fail(base::Errc::conflict, "the row is not in the state that was expected");
}

}  // namespace

base::Result<std::optional<Grant>> PostgresKeyStore::find(GithubUserId id, Patience patience) {
    const auto answer = TRY(database_->run(select_by_account, Parameters().add(id.text()), patience));
    if (answer.rows.empty()) return std::nullopt;
    auto grant = TRY(read_grant(answer.rows, 0));
    return std::optional(std::move(grant));
}

base::Result<std::optional<Grant>> PostgresKeyStore::find(GithubUserId id) {
    return find(id, Patience::fail_fast);
}

base::Result<Account> PostgresKeyStore::find_account(GithubUserId id) {
    const auto answer = TRY(database_->run(select_account, Parameters().add(id.text()), Patience::fail_fast));
    const Rows& rows = answer.rows;
    Account account;
    if (!rows.is_null(0, 0)) {
        account.grant = TRY(read_grant(rows, 0));
    }
    if (!rows.is_null(0, grant_column_count)) {
        account.hold.emplace();
        if (!rows.is_null(0, grant_column_count + 1)) {
            account.hold->until = base::Timestamp{base::Seconds{rows.number(0, grant_column_count + 1)}};
        }
        account.hold->reason = rows.text(0, grant_column_count + 2);
        account.hold->is_own = is_recipient(rows.text(0, grant_column_count + 3));
    }
    return account;
}

// Nothing was inserted: on hold, or full; but perhaps this account's own other submit has taken the last place.
base::Result<ReserveOutcome> PostgresKeyStore::explain_refusal(const ReserveRequest& request) {
    auto account = TRY(find_account(request.recipient.id));
    if (account.grant) return ReserveOutcome{AlreadyHeld{std::move(*account.grant)}};
    if (account.hold && is_in_force(*account.hold, request.now)) {
        return ReserveOutcome{OnHold{std::move(*account.hold)}};
    }
    return ReserveOutcome{QuotaFull{}};
}

// Errc::conflict: another submit of this account came between looking and inserting.
base::Result<ReserveOutcome> PostgresKeyStore::reserve_once(const ReserveRequest& request) {
    const auto parameters = Parameters()
                                .add(request.grant_id)
                                .add(request.recipient.id.text())
                                .add(request.recipient.login)
                                .add(request.nonce)
                                .add(request.daily_limit.value)
                                .add(seconds_of(request.now))
                                .add(seconds_of(request.expires_at))
                                .add(request.max_total_keys)
                                .add(request.is_queued ? "queued" : "")
                                .add(day_text(request.now))
                                .add(seconds_of(next_reset(request.now)));
    std::unique_lock turn(reserving_, longest_turn);
    if (!turn) return base::fail(base::Errc::overloaded, "too many reservations at once", base::Seconds{5});
    auto inserted = database_->run(insert_pending, parameters, Patience::fail_fast);
    turn.unlock();
    const auto answer = TRY(std::move(inserted));
    if (answer.rows.empty()) return explain_refusal(request);
    auto grant = TRY(read_grant(answer.rows, 0));
    // The id is this call's own: also where it was inserted by a try whose answer was lost.
    if (grant.id == request.grant_id) return ReserveOutcome{Reserved{std::move(grant)}};
    return ReserveOutcome{AlreadyHeld{std::move(grant)}};
}

base::Result<ReserveOutcome> PostgresKeyStore::reserve(const ReserveRequest& request) {
    for (int collisions = 0;; ++collisions) {
        auto outcome = reserve_once(request);
        const bool is_collision = !outcome && outcome.error().code == base::Errc::conflict;
        if (!is_collision) return outcome;
        if (collisions == max_collisions) return base::fail(base::Errc::store_unavailable, outcome.error().detail);
    }
}

base::Result<void> PostgresKeyStore::activate(const Attempt& attempt, const Activation& activation) {
    const auto parameters = parameters_of(attempt)
                                .add(activation.delete_handle)
                                .add(activation.sealed_key)
                                .add(activation.key_hint)
                                .add(seconds_of(activation.now));
    const auto answer = TRY(database_->run(update_to_active, parameters, Patience::wait));
    if (answer.rows.changed() == 1) return {};
    if (!answer.is_repeated) return wrong_state();
    const auto stored = TRY(find(attempt.github_user_id, Patience::wait));
    const bool is_done = stored && stored->id == attempt.grant_id && stored->nonce == attempt.nonce &&
                         stored->sealed_key == activation.sealed_key;
    return is_done ? base::Result<void>{} : wrong_state();
}

base::Result<void> PostgresKeyStore::mark_ambiguous(const Attempt& attempt, const std::string& delete_handle) {
    const auto answer =
        TRY(database_->run(update_to_ambiguous, parameters_of(attempt).add(delete_handle), Patience::wait));
    return answer.rows.changed() == 1 ? base::Result<void>{} : wrong_state();
}

base::Result<void> PostgresKeyStore::release(const Attempt& attempt, MintProblem problem, base::Timestamp now) {
    const auto parameters = parameters_of(attempt).add(to_text(problem)).add(seconds_of(now));
    const auto answer = TRY(database_->run(delete_unsettled, parameters, Patience::wait));
    if (answer.rows.number(0, 0) == 1) return {};
    if (!answer.is_repeated) return wrong_state();
    const auto stored = TRY(find(attempt.github_user_id, Patience::wait));
    const bool is_gone = !stored || stored->id != attempt.grant_id || stored->nonce.empty();
    return is_gone ? base::Result<void>{} : wrong_state();
}

base::Result<void> PostgresKeyStore::abandon(const Attempt& attempt, MintProblem problem, base::Timestamp now) {
    const auto parameters = parameters_of(attempt).add(to_text(problem)).add(seconds_of(now));
    const auto answer = TRY(database_->run(delete_waiting, parameters, Patience::fail_fast));
    return answer.rows.changed() == 1 || answer.is_repeated ? base::Result<void>{} : wrong_state();
}

base::Result<void> PostgresKeyStore::update_username(const Recipient& recipient) {
    TRY(database_->run(update_login, Parameters().add(recipient.id.text()).add(recipient.login), Patience::fail_fast));
    return {};
}

base::Result<std::vector<Grant>> PostgresKeyStore::list_unsettled(base::Timestamp attempted_by,
                                                                  const std::string& after_id, int limit) {
    const auto parameters = Parameters()
                                .add(after_id.empty() ? lowest_id : std::string_view(after_id))
                                .add(seconds_of(attempted_by))
                                .add(std::int64_t{limit});
    const auto answer = TRY(database_->run(select_unsettled, parameters, Patience::wait));
    return read_grants(answer.rows);
}

base::Result<bool> PostgresKeyStore::knows(const std::string& delete_handle, const std::string& nonce) {
    const auto answer = TRY(database_->run(select_known, Parameters().add(delete_handle).add(nonce), Patience::wait));
    return answer.rows.flag(0, 0);
}

base::Result<GrantTotals> PostgresKeyStore::totals() {
    const auto answer = TRY(database_->run(select_totals, Parameters(), Patience::fail_fast));
    if (answer.rows.empty()) return base::fail(base::Errc::store_unavailable, "llmapikey.totals has lost its row");
    return GrantTotals{answer.rows.number(0, 0)};
}

base::Result<void> PostgresKeyStore::check() {
    const auto answer = TRY(database_->run(select_state, Parameters(), Patience::fail_fast));
    if (answer.rows.text(0, 1) == "on") {
        return base::fail(base::Errc::store_unavailable, "the database is read-only: it is a standby, or set so");
    }
    const auto compared = compare_schema(static_cast<int>(answer.rows.number(0, 0)), newest_schema_version());
    // Otherwise a write would cost more than it tells: jobs write now and then, and notice.
    return compared && database_->is_doubtful() ? database_->prove_writable() : compared;
}

}  // namespace llmapikey::postgres
