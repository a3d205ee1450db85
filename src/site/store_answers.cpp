#include "site/store_answers.hpp"

#include <algorithm>

#include "base/crypto.hpp"
#include "sql/sql_values.hpp"

namespace llmapikey {
namespace {

// An answer that is too old, and a request that has died, are replaced. $6: the limit of age, a
// day; $7: requests that began before have died.
const std::string insert_request =
    "INSERT INTO llmapikey.stored_answers AS stored (actor, request_key, fingerprint, attempt, status, body, begun_at) "
    "VALUES ($1, $2, $3, $4, 0, '', $5) ON CONFLICT (actor, request_key) DO UPDATE SET "
    "fingerprint = excluded.fingerprint, attempt = excluded.attempt, status = 0, body = '', begun_at = "
    "excluded.begun_at "
    "WHERE stored.begun_at < $6 OR (stored.status = 0 AND stored.begun_at < $7 "
    "AND stored.fingerprint = excluded.fingerprint)";
const std::string select_request =
    "SELECT fingerprint, status, body, begun_at, attempt FROM llmapikey.stored_answers WHERE actor = $1 AND "
    "request_key = $2";
const std::string update_answer =
    "UPDATE llmapikey.stored_answers SET status = $4, body = $5 "
    "WHERE actor = $1 AND request_key = $2 AND attempt = $3 AND status = 0";
const std::string delete_request =
    "DELETE FROM llmapikey.stored_answers WHERE actor = $1 AND request_key = $2 AND attempt = $3 AND status = 0";
const std::string delete_old = "DELETE FROM llmapikey.stored_answers WHERE begun_at < $1";

}  // namespace

base::Result<RequestOutcome> SqlStoredAnswers::begin(const std::string& actor, const std::string& key,
                                                     const std::string& fingerprint, base::Timestamp now) {
    const std::string attempt = base::random_uuid();
    const std::int64_t oldest = seconds_of(now - kept_for);
    TRY(database_->run(delete_old, SqlValues().add(oldest)));
    SqlValues values;
    values.add(actor).add(key).add(fingerprint).add(attempt).add(seconds_of(now));
    values.add(oldest).add(seconds_of(now - request_max));
    const auto inserted = TRY(database_->run(insert_request, values));
    if (inserted.changed == 1) return RequestOutcome{FirstRequest{attempt}};
    const auto stored = TRY(database_->run(select_request, SqlValues().add(actor).add(key)));
    if (stored.rows.empty()) return RequestOutcome{RequestUnderWay{base::Seconds{1}}};
    const SqlRow& row = stored.rows[0];
    if (row.text(0) != fingerprint) return RequestOutcome{OtherRequest{}};
    // A first try of the same statement has written the row, and its answer was lost.
    if (row.text(4) == attempt) return RequestOutcome{FirstRequest{attempt}};
    if (row.number(1) == 0) {
        const base::Seconds left = time_of(row.number(3)) + request_max + base::Seconds{1} - now;
        const base::Seconds most = request_max + base::Seconds{1};
        return RequestOutcome{RequestUnderWay{std::clamp(left, base::Seconds{1}, most)}};
    }
    return RequestOutcome{StoredAnswer{static_cast<int>(row.number(1)), row.text(2)}};
}

base::Result<void> SqlStoredAnswers::finish(const std::string& actor, const std::string& key,
                                            const std::string& attempt, const StoredAnswer& answer) {
    SqlValues values;
    values.add(actor).add(key).add(attempt).add(std::int64_t{answer.status}).add(answer.sealed_body);
    return done(database_->run(update_answer, values));
}

base::Result<void> SqlStoredAnswers::forget(const std::string& actor, const std::string& key,
                                            const std::string& attempt) {
    return done(database_->run(delete_request, SqlValues().add(actor).add(key).add(attempt)));
}

}  // namespace llmapikey
