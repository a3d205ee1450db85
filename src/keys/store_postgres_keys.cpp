#include "keys/store_postgres_keys.hpp"

#include "identity/initiator.hpp"
#include "keys/store_columns.hpp"
#include "keys/store_postgres_rows.hpp"
#include "keys/store_statements.hpp"
#include "schema/postgres_migrations.hpp"

namespace llmapikey::postgres {
namespace {

// Two submits of one account collide at most once each; more collisions than a few are not chance.
constexpr int collisions_max = 8;
constexpr base::Millis turn_max{5'000};
constexpr std::string_view lowest_id = "00000000-0000-0000-0000-000000000000";

// Returns the statement of this name in statements/postgres_keys.sql.
std::string named(std::string_view name) {
    return key_statement("postgres_keys.sql", name, Dialect::postgres);
}

const std::string select_by_account = named("find");
const std::string select_account = named("find_account");
const std::string select_open_attempts = named("list_unsettled");
const std::string insert_pending = named("reserve");
const std::string select_reasons = named("explain");
const std::string update_to_active = named("activate");
const std::string update_to_ambiguous = named("mark_ambiguous");
const std::string delete_unsettled = named("release");
const std::string delete_waiting = named("abandon");
const std::string update_login = named("update_login");
const std::string select_known = named("knows");
const std::string select_totals = named("totals");
const std::string select_state = named("check");

Parameters parameters_of(const Attempt& attempt) {
    return Parameters().add(attempt.seat.github_user_id.text()).add(attempt.grant_id).add(attempt.nonce);
}

tl::unexpected<base::Error> lost_row() {
    return base::fail(base::Errc::store_unavailable, "llmapikey.totals has lost its row");
}

tl::unexpected<base::Error> wrong_state() {
    return base::fail(base::Errc::conflict, "the row is not in the state that was expected");
}

// The first columns are a grant's, and then a hold's.
base::Result<Account> read_account(const Rows& rows) {
    Account account;
    const int hold = grant_column_count();
    if (!rows.is_null(0, 0)) {
        account.grant = TRY(read_grant(rows, 0));
    }
    if (rows.is_null(0, hold)) return account;
    account.hold.emplace();
    if (!rows.is_null(0, hold + 1)) account.hold->until = base::Timestamp{base::Seconds{rows.number(0, hold + 1)}};
    account.hold->reason = rows.text(0, hold + 2);
    account.hold->is_own = is_recipient(rows.text(0, hold + 3));
    return account;
}
constexpr int hold_columns = 4;

}  // namespace

base::Result<std::optional<Grant>> PostgresKeyStore::find(const Seat& seat, Patience patience) {
    const auto answer = TRY(database_->run(select_by_account, Parameters().add(seat.github_user_id.text()), patience));
    if (answer.rows.empty()) return std::nullopt;
    auto grant = TRY(read_grant(answer.rows, 0));
    return std::optional(std::move(grant));
}

base::Result<std::optional<Grant>> PostgresKeyStore::find(const Seat& seat) {
    return find(seat, Patience::fail_fast);
}

base::Result<Account> PostgresKeyStore::find_account(const Seat& seat) {
    const auto answer =
        TRY(database_->run(select_account, Parameters().add(seat.github_user_id.text()), Patience::fail_fast));
    return read_account(answer.rows);
}

// Nothing was inserted: the account is on hold, minting is paused, or the quota is full, unless
// another submit of the same account has taken the last seat. If nothing is in the way any more,
// the terms have changed meanwhile: fails with conflict.
base::Result<ReserveOutcome> PostgresKeyStore::explain_refusal(const ReserveRequest& request) {
    const auto parameters = Parameters().add(request.seat.github_user_id.text()).add(request.max_total_keys);
    const auto answer = TRY(database_->run(select_reasons, parameters, Patience::fail_fast));
    if (answer.rows.empty()) return lost_row();
    auto account = TRY(read_account(answer.rows));
    const int room = grant_column_count() + hold_columns;
    const bool is_paused = answer.rows.flag(0, room), is_full = answer.rows.flag(0, room + 1);
    if (account.grant) return ReserveOutcome{AlreadyHeld{std::move(*account.grant), is_paused}};
    if (account.hold && is_in_force(*account.hold, request.now)) {
        return ReserveOutcome{OnHold{std::move(*account.hold)}};
    }
    if (is_paused) return ReserveOutcome{MintingPaused{}};
    if (is_full) return ReserveOutcome{QuotaFull{}};
    return base::fail(base::Errc::conflict, "the terms of new keys change too often");
}

// Fails with Errc::conflict if another submit of this account, or a change of the terms, came
// between looking and inserting.
base::Result<ReserveOutcome> PostgresKeyStore::reserve_once(const ReserveRequest& request) {
    const auto parameters = Parameters()
                                .add(request.grant_id)
                                .add(request.seat.github_user_id.text())
                                .add(request.login)
                                .add(request.nonce)
                                .add(request.daily_limit.value)
                                .add(seconds_of(request.now))
                                .add(seconds_of(request.expires_at))
                                .add(request.max_total_keys)
                                .add(request.is_queued ? "queued" : "")
                                .add(day_text(request.now))
                                .add(seconds_of(next_reset(request.now)));
    std::unique_lock turn(reserving_, turn_max);
    if (!turn) return base::fail(base::Errc::overloaded, "too many reservations at once", base::Seconds{5});
    auto inserted = database_->run(insert_pending, parameters, Patience::fail_fast);
    turn.unlock();
    const auto answer = TRY(std::move(inserted));
    if (answer.rows.empty()) return explain_refusal(request);
    auto grant = TRY(read_grant(answer.rows, 0));
    // The id belongs to this call, even if an earlier try inserted the row and its answer was lost.
    if (grant.id == request.grant_id) return ReserveOutcome{Reserved{std::move(grant)}};
    return ReserveOutcome{AlreadyHeld{std::move(grant), answer.rows.flag(0, grant_column_count())}};
}

base::Result<ReserveOutcome> PostgresKeyStore::reserve(const ReserveRequest& request) {
    for (int collisions = 0;; ++collisions) {
        auto outcome = reserve_once(request);
        const bool is_collision = !outcome && outcome.error().code == base::Errc::conflict;
        if (!is_collision) return outcome;
        if (collisions == collisions_max) return base::fail(base::Errc::store_unavailable, outcome.error().detail);
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
    const auto stored = TRY(find(attempt.seat, Patience::wait));
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
    const auto stored = TRY(find(attempt.seat, Patience::wait));
    const bool is_gone = !stored || stored->id != attempt.grant_id || stored->nonce.empty();
    return is_gone ? base::Result<void>{} : wrong_state();
}

base::Result<void> PostgresKeyStore::abandon(const Attempt& attempt, MintProblem problem, base::Timestamp now,
                                             AbandonIf when) {
    const auto parameters = parameters_of(attempt)
                                .add(to_text(problem))
                                .add(seconds_of(now))
                                .add(when == AbandonIf::paused ? "paused" : "");
    const auto answer = TRY(database_->run(delete_waiting, parameters, Patience::fail_fast));
    return answer.rows.changed() == 1 || answer.is_repeated ? base::Result<void>{} : wrong_state();
}

base::Result<void> PostgresKeyStore::update_username(const Recipient& recipient) {
    TRY(database_->run(update_login, Parameters().add(recipient.id.text()).add(recipient.login), Patience::fail_fast));
    return {};
}

base::Result<std::vector<Grant>> PostgresKeyStore::list_open_attempts(base::Timestamp attempted_by,
                                                                      const std::string& after_id, int limit) {
    const auto parameters = Parameters()
                                .add(after_id.empty() ? lowest_id : std::string_view(after_id))
                                .add(seconds_of(attempted_by))
                                .add(std::int64_t{limit});
    const auto answer = TRY(database_->run(select_open_attempts, parameters, Patience::wait));
    return read_grants(answer.rows);
}

base::Result<bool> PostgresKeyStore::knows(const std::string& delete_handle, const std::string& nonce) {
    const auto answer = TRY(database_->run(select_known, Parameters().add(delete_handle).add(nonce), Patience::wait));
    return answer.rows.flag(0, 0);
}

base::Result<GrantTotals> PostgresKeyStore::totals() {
    const auto answer = TRY(database_->run(select_totals, Parameters(), Patience::fail_fast));
    if (answer.rows.empty()) return lost_row();
    return GrantTotals{answer.rows.number(0, 0), answer.rows.flag(0, 1)};
}

base::Result<void> PostgresKeyStore::check() {
    const auto answer = TRY(database_->run(select_state, Parameters(), Patience::fail_fast));
    if (answer.rows.text(0, 1) == "on") {
        return base::fail(base::Errc::store_unavailable, "the database is read-only: it is a standby, or set so");
    }
    const auto compared = compare_schema(static_cast<int>(answer.rows.number(0, 0)), newest_schema_version());
    // A write is tried only after a statement has failed for want of disk. Otherwise it would cost
    // more than it tells, because jobs write now and then and notice.
    return compared && database_->is_doubtful() ? database_->prove_writable() : compared;
}

}  // namespace llmapikey::postgres
