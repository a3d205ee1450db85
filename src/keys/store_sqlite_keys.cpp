#include "keys/store_sqlite_keys.hpp"

#include "identity/initiator.hpp"
#include "keys/store_sqlite_events.hpp"
#include "keys/store_sqlite_rows.hpp"
#include "keys/store_statements.hpp"
#include "schema/sqlite_migrations.hpp"
#include "sql/stored_time.hpp"

namespace llmapikey::sqlite {
namespace {

// The statement of this name in statements/sqlite_keys.sql.
std::string named(std::string_view name) {
    return key_statement("sqlite_keys.sql", name, Dialect::sqlite);
}

const std::string select_by_account = named("find");
const std::string select_hold = named("find_hold");
const std::string select_open_attempts = named("list_unsettled");
const std::string insert_pending = named("reserve");
const std::string update_to_active = named("activate");
const std::string update_to_ambiguous = named("mark_ambiguous");
const std::string delete_unsettled = named("release");
const std::string update_to_known = named("settle_before_its_end");
const std::string delete_waiting = named("abandon");
const std::string delete_waiting_if_paused = named("abandon_if_paused");
const std::string upsert_note = named("note");
const std::string update_login = named("update_login");
const std::string select_login = named("find_login");
const std::string select_known = named("knows");
const std::string select_totals = named("totals");

base::Result<std::optional<Grant>> find_in(Connection& connection, const Seat& seat) {
    auto query = TRY(connection.query(select_by_account));
    const auto row = TRY(query.bind(seat.github_user_id.text()).step());
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

base::Result<GrantTotals> totals_in(Connection& connection) {
    auto query = TRY(connection.query(select_totals));
    TRY(query.step());
    return GrantTotals{query.number(0), query.number(1) != 0};
}

// Why nothing was inserted although the account has no row.
base::Result<ReserveOutcome> explain_refusal(Connection& connection, const ReserveRequest& request) {
    auto hold = TRY(find_hold(connection, request.seat.github_user_id));
    if (hold && is_in_force(*hold, request.now)) {
        return ReserveOutcome{OnHold{std::move(*hold)}};
    }
    const auto totals = TRY(totals_in(connection));
    return totals.is_paused ? ReserveOutcome{MintingPaused{}} : ReserveOutcome{QuotaFull{}};
}

base::Result<int> insert_reservation(Connection& connection, const ReserveRequest& request) {
    auto query = TRY(connection.query(insert_pending));
    return query.bind(request.grant_id)
        .bind(request.seat.github_user_id.text())
        .bind(request.login)
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

base::Result<std::optional<Grant>> SqliteKeyStore::find(const Seat& seat) {
    Connections::Reader reader(*connections_);
    return find_in(*reader, seat);
}

base::Result<Account> SqliteKeyStore::find_account(const Seat& seat) {
    Connections::Reader reader(*connections_);
    auto grant = TRY(find_in(*reader, seat));
    auto hold = TRY(find_hold(*reader, seat.github_user_id));
    return Account{std::move(grant), std::move(hold)};
}

base::Result<ReserveOutcome> SqliteKeyStore::reserve(const ReserveRequest& request) {
    Connections::Writer writer(*connections_);
    auto transaction = TRY(Transaction::begin(*writer));
    TRY(insert_reservation(*writer, request));
    auto held = TRY(find_in(*writer, request.seat));
    if (!held) return explain_refusal(*writer, request);
    const bool is_new = held->id == request.grant_id;
    if (!is_new) {
        const auto totals = TRY(totals_in(*writer));
        return ReserveOutcome{AlreadyHeld{std::move(*held), totals.is_paused}};
    }
    TRY(transaction.commit());
    return ReserveOutcome{Reserved{std::move(*held)}};
}

base::Result<void> SqliteKeyStore::activate(const Attempt& attempt, const Activation& activation) {
    Connections::Writer writer(*connections_);
    auto transaction = TRY(Transaction::begin(*writer));
    TRY(tell(*writer, Step::activate, attempt.seat.github_user_id, attempt.grant_id));
    auto query = TRY(writer->query(update_to_active));
    TRY(expect_one(query.bind(activation.delete_handle)
                       .bind(activation.sealed_key)
                       .bind(activation.key_hint)
                       .bind(attempt.grant_id)
                       .bind(attempt.nonce)
                       .bind(attempt.seat.github_user_id.text())
                       .bind(seconds_of(activation.now))
                       .run()));
    return transaction.commit();
}

base::Result<void> SqliteKeyStore::mark_ambiguous(const Attempt& attempt, const std::string& delete_handle) {
    Connections::Writer writer(*connections_);
    auto transaction = TRY(Transaction::begin(*writer));
    TRY(tell(*writer, Step::mark_ambiguous, attempt.seat.github_user_id, attempt.grant_id));
    auto query = TRY(writer->query(update_to_ambiguous));
    TRY(expect_one(query.bind(delete_handle).bind(attempt.grant_id).bind(attempt.nonce).run()));
    return transaction.commit();
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
        TRY(note.bind(attempt.seat.github_user_id.text()).bind(to_text(problem)).bind(seconds_of(now)).run());
    }
    return transaction.commit();
}

base::Result<void> SqliteKeyStore::release(const Attempt& attempt, MintProblem problem, base::Timestamp now) {
    return remove(delete_unsettled, attempt, problem, now);
}

base::Result<void> SqliteKeyStore::abandon(const Attempt& attempt, MintProblem problem, base::Timestamp now,
                                           AbandonIf when) {
    return remove(when == AbandonIf::paused ? delete_waiting_if_paused : delete_waiting, attempt, problem, now);
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

base::Result<std::vector<Grant>> SqliteKeyStore::list_open_attempts(base::Timestamp attempted_by,
                                                                    const std::string& after_id, int limit) {
    Connections::Reader reader(*connections_);
    auto query = TRY(reader->query(select_open_attempts));
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
    return totals_in(*reader);
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
