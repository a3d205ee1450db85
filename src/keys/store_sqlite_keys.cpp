#include "keys/store_sqlite_keys.hpp"

#include "identity/initiator.hpp"
#include "keys/store_sqlite_rows.hpp"
#include "schema/sqlite_migrations.hpp"

namespace llmapikey::sqlite {
namespace {

const std::string select_by_account = "SELECT " + grant_columns + " FROM api_keys WHERE github_user_id = ?";
const std::string select_unsettled =
    "SELECT " + grant_columns +
    " FROM api_keys WHERE status IN ('pending', 'ambiguous') AND id > ?1 AND attempted_at <= ?2 UNION ALL SELECT " +
    grant_columns + " FROM api_keys WHERE " + ending_attempt +
    " AND id > ?1 AND attempted_at <= ?2 ORDER BY id LIMIT ?3";
constexpr std::string_view select_hold = "SELECT until, reason, actor FROM holds WHERE github_user_id = ?";
// Inserts nothing if the account has a row or is on hold, or if all places are taken. ?9: 'queued', to wait for its
// turn; ?10: today; ?11: when the caps are reset.
const std::string insert_pending = translated(
    "INSERT INTO api_keys (id, github_user_id, github_username, status, nonce, daily_limit_micro_usd, created_at, "
    "attempted_at, expires_at, carried_micro_usd, carried_until, queued_at, next_attempt_at) "
    "SELECT ?1, ?2, ?3, iif(?9 = 'queued', 'waiting', 'pending'), ?4, ?5, ?6, ?6, ?7, spent.today, "
    "iif(spent.today > 0, ?11, NULL), iif(?9 = 'queued', {queue_time}, NULL), iif(?9 = 'queued', ?6, NULL) "
    "FROM (SELECT coalesce(sum(spent_micro_usd), 0) AS today FROM spending_days WHERE github_user_id = ?2 AND day = "
    "?10) "
    "AS spent WHERE (?8 = 0 OR (SELECT live FROM totals) < ?8) "
    "AND NOT EXISTS (SELECT 1 FROM holds WHERE github_user_id = ?2 AND (until IS NULL OR until > ?6)) "
    "ON CONFLICT (github_user_id) DO NOTHING",
    Dialect::sqlite);
// ?6: the account; ?7: now.
constexpr std::string_view update_to_active =
    "UPDATE api_keys SET status = 'active', openrouter_delete_hash = ?1, openrouter_key = ?2, key_hint = ?3, "
    "queued_at = NULL, next_attempt_at = NULL, attempts = 0, problem = '' "
    "WHERE id = ?4 AND nonce = ?5 AND status = 'pending' "
    "AND NOT EXISTS (SELECT 1 FROM api_keys WHERE openrouter_delete_hash = ?1) "
    "AND NOT EXISTS (SELECT 1 FROM holds WHERE github_user_id = ?6 AND (until IS NULL OR until > ?7))";
const std::string update_to_ambiguous =
    "UPDATE api_keys SET status = iif(status = 'revoking', status, 'ambiguous'), "
    "openrouter_delete_hash = coalesce(openrouter_delete_hash, nullif(?, '')) WHERE id = ? AND nonce = ? AND " +
    unsettled_attempt;
constexpr std::string_view delete_unsettled =
    "DELETE FROM api_keys WHERE id = ? AND nonce = ? AND status IN ('pending', 'ambiguous')";
const std::string update_to_known = "UPDATE api_keys SET nonce = '' WHERE id = ? AND nonce = ? AND " + ending_attempt;
constexpr std::string_view delete_waiting = "DELETE FROM api_keys WHERE id = ? AND nonce = ? AND status = 'waiting'";
constexpr std::string_view upsert_note =
    "INSERT INTO mint_notes (github_user_id, problem, noted_at) VALUES (?, ?, ?) "
    "ON CONFLICT (github_user_id) DO UPDATE SET problem = excluded.problem, noted_at = excluded.noted_at";
constexpr std::string_view update_login =
    "UPDATE api_keys SET github_username = ?1 WHERE github_user_id = ?2 AND github_username <> ?1";
constexpr std::string_view select_login = "SELECT github_username FROM api_keys WHERE github_user_id = ?";
constexpr std::string_view select_known =
    "SELECT EXISTS (SELECT 1 FROM api_keys WHERE openrouter_delete_hash = ?1) "
    "OR (?2 <> '' AND EXISTS (SELECT 1 FROM api_keys WHERE nonce = ?2))";
constexpr std::string_view select_totals = "SELECT live FROM totals";

base::Result<std::optional<Grant>> find_in(Connection& connection, GithubUserId id) {
    auto query = TRY(connection.query(select_by_account));
    const auto row = TRY(query.bind(id.text()).step());
    if (!row) return std::nullopt;
    auto grant = TRY(read_grant(query));
    return std::optional(std::move(grant));
}

base::Result<std::optional<Hold>> find_hold(Connection& connection, GithubUserId id) {
    auto query = TRY(connection.query(select_hold));
    const auto row = TRY(query.bind(id.text()).step());
    if (!row) return std::nullopt;
    Hold hold;
    if (!query.is_null(0)) hold.until = time_of(query.number(0));
    hold.reason = query.text(1);
    hold.is_own = is_recipient(query.text(2));
    return std::optional(std::move(hold));
}

// Why nothing was inserted although the account has no row.
base::Result<ReserveOutcome> explain_refusal(Connection& connection, const ReserveRequest& request) {
    auto hold = TRY(find_hold(connection, request.recipient.id));
    if (hold && is_in_force(*hold, request.now)) {
        return ReserveOutcome{OnHold{std::move(*hold)}};
    }
    return ReserveOutcome{QuotaFull{}};
}

base::Result<int> insert_reservation(Connection& connection, const ReserveRequest& request) {
    auto query = TRY(connection.query(insert_pending));
    return query.bind(request.grant_id)
        .bind(request.recipient.id.text())
        .bind(request.recipient.login)
        .bind(request.nonce)
        .bind(request.daily_limit.value)
        .bind(seconds_of(request.now))
        .bind(seconds_of(request.expires_at))
        .bind(request.max_total_keys)
        .bind(request.is_queued ? "queued" : "")
        .bind(day_text(request.now))
        .bind(seconds_of(next_reset(request.now)))
        .run();
}

// Of an attempt whose end is decided nothing is left to look for.
base::Result<void> make_known(Connection& connection, const Attempt& attempt, Transaction& transaction) {
    auto query = TRY(connection.query(update_to_known));
    const auto known = expect_one(query.bind(attempt.grant_id).bind(attempt.nonce).run());
    return known ? transaction.commit() : known;
}

}  // namespace

base::Result<std::optional<Grant>> SqliteKeyStore::find(GithubUserId id) {
    Connections::Reader reader(*connections_);
    return find_in(*reader, id);
}

base::Result<Account> SqliteKeyStore::find_account(GithubUserId id) {
    Connections::Reader reader(*connections_);
    auto grant = TRY(find_in(*reader, id));
    auto hold = TRY(find_hold(*reader, id));
    return Account{std::move(grant), std::move(hold)};
}

base::Result<ReserveOutcome> SqliteKeyStore::reserve(const ReserveRequest& request) {
    Connections::Writer writer(*connections_);
    auto transaction = TRY(Transaction::begin(*writer));
    TRY(insert_reservation(*writer, request));
    auto held = TRY(find_in(*writer, request.recipient.id));
    if (!held) return explain_refusal(*writer, request);
    const bool is_new = held->id == request.grant_id;
    if (!is_new) return ReserveOutcome{AlreadyHeld{std::move(*held)}};
    TRY(transaction.commit());
    return ReserveOutcome{Reserved{std::move(*held)}};
}

base::Result<void> SqliteKeyStore::activate(const Attempt& attempt, const Activation& activation) {
    Connections::Writer writer(*connections_);
    auto query = TRY(writer->query(update_to_active));
    return expect_one(query.bind(activation.delete_handle)
                          .bind(activation.sealed_key)
                          .bind(activation.key_hint)
                          .bind(attempt.grant_id)
                          .bind(attempt.nonce)
                          .bind(attempt.github_user_id.text())
                          .bind(seconds_of(activation.now))
                          .run());
}

base::Result<void> SqliteKeyStore::mark_ambiguous(const Attempt& attempt, const std::string& delete_handle) {
    Connections::Writer writer(*connections_);
    auto query = TRY(writer->query(update_to_ambiguous));
    return expect_one(query.bind(delete_handle).bind(attempt.grant_id).bind(attempt.nonce).run());
}

// Removes the row by `deletion`, with a note for the recipient if there is a problem.
base::Result<void> SqliteKeyStore::remove(std::string_view deletion, const Attempt& attempt, MintProblem problem,
                                          base::Timestamp now) {
    Connections::Writer writer(*connections_);
    auto transaction = TRY(Transaction::begin(*writer));
    auto removal = TRY(writer->query(deletion));
    const auto removed = TRY(removal.bind(attempt.grant_id).bind(attempt.nonce).run());
    if (removed == 0) return make_known(*writer, attempt, transaction);
    if (problem != MintProblem::none) {
        auto note = TRY(writer->query(upsert_note));
        TRY(note.bind(attempt.github_user_id.text()).bind(to_text(problem)).bind(seconds_of(now)).run());
    }
    return transaction.commit();
}

base::Result<void> SqliteKeyStore::release(const Attempt& attempt, MintProblem problem, base::Timestamp now) {
    return remove(delete_unsettled, attempt, problem, now);
}

base::Result<void> SqliteKeyStore::abandon(const Attempt& attempt, MintProblem problem, base::Timestamp now) {
    return remove(delete_waiting, attempt, problem, now);
}

base::Result<void> SqliteKeyStore::update_username(const Recipient& recipient) {
    {
        // Hardly ever is there anything to write: look first, without the writer's lock.
        Connections::Reader reader(*connections_);
        auto query = TRY(reader->query(select_login));
        const auto row = TRY(query.bind(recipient.id.text()).step());
        if (!row || query.text(0) == recipient.login) return {};
    }
    Connections::Writer writer(*connections_);
    auto query = TRY(writer->query(update_login));
    TRY(query.bind(recipient.login).bind(recipient.id.text()).run());
    return {};
}

base::Result<std::vector<Grant>> SqliteKeyStore::list_unsettled(base::Timestamp attempted_by,
                                                                const std::string& after_id, int limit) {
    Connections::Reader reader(*connections_);
    auto query = TRY(reader->query(select_unsettled));
    query.bind(after_id).bind(seconds_of(attempted_by)).bind(limit);
    return read_grants(query);
}

base::Result<bool> SqliteKeyStore::knows(const std::string& delete_handle, const std::string& nonce) {
    Connections::Reader reader(*connections_);
    auto query = TRY(reader->query(select_known));
    TRY(query.bind(delete_handle).bind(nonce).step());
    return query.number(0) != 0;
}

base::Result<GrantTotals> SqliteKeyStore::totals() {
    Connections::Reader reader(*connections_);
    auto query = TRY(reader->query(select_totals));
    TRY(query.step());
    return GrantTotals{query.number(0)};
}

base::Result<void> SqliteKeyStore::check() {
    Connections::Writer writer(*connections_);
    // Otherwise a write would cost more than it tells: jobs write now and then, and notice.
    TRY(writer->is_doubtful() ? writer->prove_writable() : base::Result<void>());
    // Fails on a database that cannot be written.
    const auto transaction = TRY(Transaction::begin(*writer));
    return check_schema(*writer);
}

}  // namespace llmapikey::sqlite
