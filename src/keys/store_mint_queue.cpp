#include "keys/store_mint_queue.hpp"

#include "keys/store_columns.hpp"
#include "keys/store_statements.hpp"
#include "sql/sql_values.hpp"

namespace llmapikey {
namespace {

const std::string claim_row = key_statement("mint_queue.sql", "claim");
const std::string requeue_sqlite = key_statement("mint_queue.sql", "requeue_sqlite");
const std::string requeue_postgres = key_statement("mint_queue.sql", "requeue_postgres");
const std::string select_due = key_statement("mint_queue.sql", "list_due");
const std::string count_before = key_statement("mint_queue.sql", "place");
const std::string select_past = key_statement("mint_queue.sql", "latest_ended");
const std::string select_note = key_statement("mint_queue.sql", "note");

SqlValues values_of(const Attempt& attempt) {
    return SqlValues().add(attempt.seat.github_user_id.text()).add(attempt.grant_id).add(attempt.nonce);
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
    const auto answer = TRY(database_->run(is_postgres ? requeue_postgres : requeue_sqlite, values));
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

base::Result<AccountPast> SqlMintQueue::past_of(const Seat& seat) {
    const auto ended = TRY(database_->run(select_past, SqlValues().add(seat.github_user_id.text())));
    const auto note = TRY(database_->run(select_note, SqlValues().add(seat.github_user_id.text())));
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
