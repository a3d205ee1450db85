#pragma once

#include <memory>

#include "insight/statistics.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// StatisticsStore in either database.
class SqlStatisticsStore final : public StatisticsStore {
public:
    explicit SqlStatisticsStore(std::shared_ptr<SqlDatabase> database) : database_(std::move(database)) {}

    base::Result<StatusCounts> status_counts() override;
    base::Result<Exposure> exposure(base::Timestamp now) override;
    base::Result<void> count_day(base::Timestamp day) override;
    base::Result<void> record_spending(const std::vector<KeySpending>& keys, base::Timestamp now) override;
    base::Result<void> count_spending(base::Timestamp day) override;
    base::Result<std::vector<Spender>> top_spenders(base::Timestamp day, int limit) override;
    base::Result<std::map<std::string, base::MicroUsd>> spent_on(base::Timestamp day,
                                                                 const std::vector<GithubUserId>& accounts) override;
    base::Result<std::vector<DayStatistics>> days(base::Timestamp since) override;
    base::Result<Facts> facts() override;
    base::Result<void> set_facts(const std::map<std::string, std::string>& facts, base::Timestamp now) override;
    base::Result<void> record_failure(const std::string& what, base::Timestamp now) override;
    base::Result<std::vector<Failure>> failures(int limit) override;
    base::Result<void> prune(base::Timestamp before) override;

private:
    std::shared_ptr<SqlDatabase> database_;
};

}  // namespace llmapikey
