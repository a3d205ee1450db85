#include "storage/sql_spending_store.hpp"

#include "domain/grant.hpp"
#include "storage/sql_values.hpp"

namespace llmapikey::storage {
namespace {

const std::string upsert_day =
    "INSERT INTO llmapikey.spending_days AS known (github_user_id, day, openrouter_delete_hash, spent_micro_usd) "
    "SELECT github_user_id, $1, $2, $3::bigint FROM llmapikey.api_keys WHERE openrouter_delete_hash = $2 ON CONFLICT "
    "(github_user_id, day, openrouter_delete_hash) DO UPDATE "
    "SET spent_micro_usd = excluded.spent_micro_usd WHERE known.spent_micro_usd < excluded.spent_micro_usd";
const std::string select_days =
    "SELECT day, sum(spent_micro_usd)::bigint FROM llmapikey.spending_days WHERE github_user_id = $1 AND day >= $2 "
    "GROUP BY day ORDER BY day";
const std::string delete_days = "DELETE FROM llmapikey.spending_days WHERE day < $1";

}  // namespace

base::Result<void> SqlSpendingStore::note(const std::vector<service::SpendingReading>& readings) {
    std::vector<SqlValues> all;
    for (const service::SpendingReading& reading : readings) {
        if (reading.spent.value <= 0) continue;
        all.push_back(
            SqlValues().add(domain::day_text(reading.at)).add(reading.delete_handle).add(reading.spent.value));
    }
    return all.empty() ? base::Result<void>{} : database_->run_each(upsert_day, all);
}

base::Result<std::vector<service::SpendingDay>> SqlSpendingStore::days(domain::GithubUserId id, base::Timestamp since) {
    const auto answer = database_->run(select_days, SqlValues().add(id.text()).add(domain::day_text(since)));
    if (!answer) return tl::unexpected(answer.error());
    std::vector<service::SpendingDay> days;
    for (const SqlRow& row : answer->rows)
        days.push_back({row.text(0), base::MicroUsd{row.number(1)}});
    return days;
}

base::Result<void> SqlSpendingStore::prune_days(base::Timestamp before) {
    return done(database_->run(delete_days, SqlValues().add(domain::day_text(before))));
}

}  // namespace llmapikey::storage
