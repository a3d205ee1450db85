#include "insight/store_statistics.hpp"

#include "grant/grant.hpp"
#include "sql/sql_values.hpp"

namespace llmapikey {
namespace {

constexpr std::chrono::days one_day{1};

const std::string select_counts =
    "SELECT (SELECT live FROM llmapikey.totals WHERE only_row = 1), "
    "(SELECT count(*) FROM llmapikey.api_keys WHERE status = 'waiting'), "
    "(SELECT count(*) FROM llmapikey.api_keys WHERE status IN ('pending', 'ambiguous') AND status = 'pending'), "
    "(SELECT count(*) FROM llmapikey.api_keys WHERE status IN ('pending', 'ambiguous') AND status = 'ambiguous'), "
    "(SELECT count(*) FROM llmapikey.api_keys WHERE status = 'revoking'), "
    "(SELECT count(*) FROM llmapikey.api_keys WHERE status = 'replacing'), "
    "(SELECT count(*) FROM llmapikey.api_keys WHERE is_disabled = 1), "
    "(SELECT count(*) FROM llmapikey.api_keys WHERE missing_since IS NOT NULL), "
    "(SELECT min({epoch:attempted_at}) FROM llmapikey.api_keys "
    "WHERE status IN ('pending', 'ambiguous') AND status = 'ambiguous'), "
    "(SELECT min(queued_at) / 1000000 FROM llmapikey.api_keys WHERE status = 'waiting'), "
    "(SELECT count(*) FROM llmapikey.webhook_deliveries WHERE state = 'waiting')";
// $1: now, in seconds. A day that has begun counts whole. Sums of money are made of numbers that
// know no end, as keys may last for thousands of years, and cut to what a figure holds.
const std::string select_exposure =
    "SELECT usable, expired, "
    "CAST(CASE WHEN per_day > 9000000000000000000 THEN 9000000000000000000 ELSE per_day END AS bigint), "
    "CAST(CASE WHEN in_all > 9000000000000000000 THEN 9000000000000000000 ELSE in_all END AS bigint), last_expiry FROM "
    "(SELECT coalesce(sum(is_usable), 0)::bigint AS usable, coalesce(sum(1 - is_usable), 0)::bigint AS expired, "
    "coalesce(sum(1.0 * is_usable * cap), 0) AS per_day, "
    "coalesce(sum(1.0 * is_usable * cap * ((expires - $1::bigint + 86399) / 86400)), 0) AS in_all, "
    "max(CASE WHEN is_usable = 1 THEN expires END) AS last_expiry FROM "
    "(SELECT daily_limit_micro_usd AS cap, {epoch:expires_at} AS expires, "
    "CASE WHEN expires_at > {time:$1} THEN 1 ELSE 0 END AS is_usable "
    "FROM llmapikey.api_keys WHERE status = 'active' AND is_disabled = 0) AS active) AS sums";
const std::string count_of_day =
    "INSERT INTO llmapikey.days (day, issued, ended) VALUES ($1, "
    "(SELECT count(*) FROM llmapikey.api_keys WHERE created_at >= {time:$2} AND created_at < {time:$3} "
    "AND status IN ('active')) + "
    "(SELECT count(*) FROM llmapikey.ledger WHERE created_at >= {time:$2} AND created_at < {time:$3}), "
    "(SELECT count(*) FROM llmapikey.ledger WHERE begun_at >= {time:$2} AND begun_at < {time:$3})) "
    "ON CONFLICT (day) DO UPDATE SET issued = excluded.issued, ended = excluded.ended";
const std::string update_spent =
    "UPDATE llmapikey.api_keys SET spent_micro_usd = $2, spent_as_of = $3 WHERE openrouter_delete_hash = $1 "
    "AND (spent_micro_usd <> $2 OR spent_as_of IS NULL)";
// Of a day of which no key's spending is known, what is there stays.
const std::string count_spending_of_day =
    "INSERT INTO llmapikey.days (day, spent_micro_usd) SELECT $1::text, sum(spent_micro_usd)::bigint "
    "FROM llmapikey.spending_days WHERE day = $1::text HAVING count(*) > 0 "
    "ON CONFLICT (day) DO UPDATE SET spent_micro_usd = excluded.spent_micro_usd";
const std::string select_days =
    "SELECT day, issued, ended, spent_micro_usd FROM llmapikey.days WHERE day >= $1 ORDER BY day";
const std::string select_facts = "SELECT name, value, noted_at FROM llmapikey.facts";
const std::string upsert_fact =
    "INSERT INTO llmapikey.facts (name, value, noted_at) VALUES ($1, $2, $3) "
    "ON CONFLICT (name) DO UPDATE SET value = excluded.value, noted_at = excluded.noted_at";
const std::string upsert_failure =
    "INSERT INTO llmapikey.failures AS known (what, first_at, last_at, times) VALUES ($1, $2, $2, 1) "
    "ON CONFLICT (what) DO UPDATE SET last_at = excluded.last_at, times = known.times + 1";
const std::string select_failures =
    "SELECT what, first_at, last_at, times FROM llmapikey.failures ORDER BY last_at DESC, what LIMIT $1::bigint";
const std::string delete_failures = "DELETE FROM llmapikey.failures WHERE last_at < $1";

}  // namespace

base::Result<StatusCounts> SqlStatisticsStore::status_counts() {
    const auto answer = TRY(database_->run(select_counts, {}));
    const SqlRow& row = answer.rows.at(0);
    return StatusCounts{row.number(0),  row.number(1),       row.number(2),      row.number(3),
                        row.number(4),  row.number(5),       row.number(6),      row.number(7),
                        row.number(10), time_if_any(row, 8), time_if_any(row, 9)};
}

base::Result<Exposure> SqlStatisticsStore::exposure(base::Timestamp now) {
    const auto answer = TRY(database_->run(select_exposure, SqlValues().add(seconds_of(now))));
    const SqlRow& row = answer.rows.at(0);
    return Exposure{row.number(0), row.number(1), base::MicroUsd{row.number(2)}, base::MicroUsd{row.number(3)},
                    time_if_any(row, 4)};
}

base::Result<void> SqlStatisticsStore::count_day(base::Timestamp day) {
    const auto values = SqlValues().add(day_text(day)).add(seconds_of(day)).add(seconds_of(day + one_day));
    return done(database_->run(count_of_day, values));
}

base::Result<void> SqlStatisticsStore::record_spending(const std::vector<KeySpending>& keys, base::Timestamp now) {
    std::vector<SqlValues> all;
    for (const KeySpending& key : keys)
        all.push_back(SqlValues().add(key.delete_handle).add(key.usage.value).add(seconds_of(now)));
    return database_->run_each(update_spent, all);
}

base::Result<void> SqlStatisticsStore::count_spending(base::Timestamp day) {
    return done(database_->run(count_spending_of_day, SqlValues().add(day_text(day))));
}

base::Result<std::vector<DayStatistics>> SqlStatisticsStore::days(base::Timestamp since) {
    const auto answer = TRY(database_->run(select_days, SqlValues().add(day_text(since))));
    std::vector<DayStatistics> days;
    for (const SqlRow& row : answer.rows)
        days.push_back({row.text(0), row.number(1), row.number(2), base::MicroUsd{row.number(3)}});
    return days;
}

base::Result<Facts> SqlStatisticsStore::facts() {
    const auto answer = TRY(database_->run(select_facts, {}));
    Facts facts;
    for (const SqlRow& row : answer.rows)
        facts[row.text(0)] = {row.text(1), time_in(row, 2)};
    return facts;
}

base::Result<void> SqlStatisticsStore::set_facts(const std::map<std::string, std::string>& facts, base::Timestamp now) {
    std::vector<SqlValues> all;
    for (const auto& [name, value] : facts)
        all.push_back(SqlValues().add(name).add(value).add(seconds_of(now)));
    return database_->run_each(upsert_fact, all);
}

base::Result<void> SqlStatisticsStore::record_failure(const std::string& what, base::Timestamp now) {
    return done(database_->run(upsert_failure, SqlValues().add(what).add(seconds_of(now))));
}

base::Result<std::vector<Failure>> SqlStatisticsStore::failures(int limit) {
    const auto answer = TRY(database_->run(select_failures, SqlValues().add(std::int64_t{limit})));
    std::vector<Failure> failures;
    for (const SqlRow& row : answer.rows)
        failures.push_back({row.text(0), time_in(row, 1), time_in(row, 2), row.number(3)});
    return failures;
}

base::Result<void> SqlStatisticsStore::prune(base::Timestamp before) {
    return done(database_->run(delete_failures, SqlValues().add(seconds_of(before))));
}

}  // namespace llmapikey
