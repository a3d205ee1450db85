#include "insight/store_statistics.hpp"

#include "base/embedded.hpp"
#include "grant/grant.hpp"
#include "keys/store_statements.hpp"
#include "sql/sql_values.hpp"
#include "sql/statement_file.hpp"

namespace llmapikey {
namespace {

constexpr std::chrono::days one_day{1};

// The statement of this name in statements/statistics.sql.
std::string named(std::string_view name) {
    static const std::vector<SqlWord> words = {{"is", status_is}};
    return statement_of(embedded_insight_statements(), "statistics.sql", name, words);
}

const std::string select_counts = named("status_counts");
const std::string select_exposure = named("exposure");
const std::string count_of_day = named("count_day");
const std::string update_spent = named("record_spending");
const std::string count_spending_of_day = named("count_spending");
const std::string select_top_spenders = named("top_spenders");
const std::string select_spent_on = named("spent_on");
const std::string select_days = named("days");
const std::string select_facts = named("facts");
const std::string upsert_fact = named("set_fact");
const std::string upsert_failure = named("record_failure");
const std::string select_failures = named("failures");
const std::string delete_failures = named("prune_failures");

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

base::Result<std::vector<Spender>> SqlStatisticsStore::top_spenders(base::Timestamp day, int limit) {
    const auto answer =
        TRY(database_->run(select_top_spenders, SqlValues().add(day_text(day)).add(std::int64_t{limit})));
    std::vector<Spender> spenders;
    for (const SqlRow& row : answer.rows)
        spenders.push_back({row.text(0), row.text(1), base::MicroUsd{row.number(2)}, base::MicroUsd{row.number(3)}});
    return spenders;
}

base::Result<std::map<std::string, base::MicroUsd>> SqlStatisticsStore::spent_on(
    base::Timestamp day, const std::vector<GithubUserId>& accounts) {
    std::string meant;
    for (const GithubUserId account : accounts)
        meant += (meant.empty() ? "" : ",") + account.text();
    const auto answer = TRY(database_->run(select_spent_on, SqlValues().add(day_text(day)).add(meant)));
    std::map<std::string, base::MicroUsd> spent;
    for (const SqlRow& row : answer.rows)
        spent[row.text(0)] = base::MicroUsd{row.number(1)};
    return spent;
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
