#include "keys/store_attempt_history.hpp"

#include "sql/sql_values.hpp"

namespace llmapikey {
namespace {

const std::string select_remembered =
    "SELECT nonce FROM llmapikey.given_up_attempts WHERE nonce {in_texts:$1} "
    "UNION SELECT nonce FROM llmapikey.api_keys WHERE nonce {in_texts:$1}";
// The first migration since the database was empty, or since another program owned it.
const std::string select_beginning_of_postgres =
    "SELECT {epoch:min(applied_at)} FROM llmapikey.applied_migrations WHERE version > 0";
const std::string select_beginning_of_sqlite = "SELECT min(applied_at) FROM schema_migrations WHERE version > 0";
const std::string insert_end =
    "INSERT INTO llmapikey.unremembered_ends (openrouter_delete_hash, ended_at) VALUES ($1, $2) "
    "ON CONFLICT (openrouter_delete_hash) DO NOTHING";
const std::string select_ends = "SELECT openrouter_delete_hash FROM llmapikey.unremembered_ends WHERE ended_at >= $1";
const std::string delete_attempts = "DELETE FROM llmapikey.given_up_attempts WHERE given_up_at < {now} - $1::bigint";

}  // namespace

base::Result<std::set<std::string>> SqlAttemptHistory::remembered(const std::vector<std::string>& nonces) {
    std::set<std::string> known;
    const std::set<std::string> wanted(nonces.begin(), nonces.end());
    if (wanted.empty()) return known;
    const auto answer = TRY(database_->run(select_remembered, SqlValues().add(joined_words(wanted))));
    for (const SqlRow& row : answer.rows)
        known.insert(row.text(0));
    return known;
}

base::Result<base::Timestamp> SqlAttemptHistory::began_at() {
    const bool is_postgres = database_->dialect() == Dialect::postgres;
    const auto answer =
        TRY(database_->run(is_postgres ? select_beginning_of_postgres : select_beginning_of_sqlite, {}));
    return time_in(answer.rows.at(0), 0);
}

base::Result<void> SqlAttemptHistory::note_unremembered_end(const std::string& delete_handle, base::Timestamp now) {
    return done(database_->run(insert_end, SqlValues().add(delete_handle).add(seconds_of(now))));
}

base::Result<std::vector<std::string>> SqlAttemptHistory::unremembered_ends(base::Timestamp since) {
    const auto answer = TRY(database_->run(select_ends, SqlValues().add(seconds_of(since))));
    std::vector<std::string> handles;
    for (const SqlRow& row : answer.rows)
        handles.push_back(row.text(0));
    return handles;
}

base::Result<void> SqlAttemptHistory::prune(base::Seconds age) {
    return done(database_->run(delete_attempts, SqlValues().add(std::int64_t{age.count()})));
}

}  // namespace llmapikey
