// What the figures promise when a process dies between any two statements, and when keys last for
// ever.
#include <gtest/gtest.h>

#include "insight/store_statistics.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

// Dies after so many calls: whatever comes later fails, and has no effect.
class DyingDatabase final : public SqlDatabase {
public:
    DyingDatabase(SqlDatabase& database, int calls) : database_(database), calls_left_(calls) {}

    Dialect dialect() const override { return database_.dialect(); }
    base::Result<SqlAnswer> run(const std::string& sql, const SqlValues& values) override {
        if (calls_left_-- <= 0) return base::fail(base::Errc::store_unavailable, "dead");
        return database_.run(sql, values);
    }
    base::Result<void> run_each(const std::string& sql, const std::vector<SqlValues>& all) override {
        if (calls_left_-- <= 0) return base::fail(base::Errc::store_unavailable, "dead");
        return database_.run_each(sql, all);
    }

private:
    SqlDatabase& database_;
    int calls_left_;
};

class StatisticsContract : public StoresUnderTest {
protected:
    std::int64_t spent_today() { return SqlStatisticsStore(sql_).days(clock_.now())->at(0).spent.value; }
};

TEST_P(StatisticsContract, ADayIsCountedOnceThoughTheProcessDiesBetweenTwoStatements) {
    issue(1);
    issue(2);
    const auto read_through = [&](const std::shared_ptr<SqlDatabase>& database, std::int64_t spent) {
        SqlStatisticsStore statistics(database);
        SqlSpendingStore spending(database);
        const auto now = clock_.now();
        auto done = statistics.record_spending({{"handle-1", {spent}}, {"handle-2", {10}}}, now);
        if (done) done = spending.note({reading_today("handle-1", spent), reading_today("handle-2", 10)});
        return done ? statistics.count_spending(now) : done;
    };
    ASSERT_TRUE(read_through(sql_, 100));
    std::int64_t spent = 100;
    for (int calls = 0; calls <= 10; ++calls) {
        spent += 50;
        (void)read_through(std::make_shared<DyingDatabase>(*sql_, calls), spent);
        ASSERT_TRUE(read_through(sql_, spent));
        EXPECT_EQ(spent_today(), spent + 10) << "dead after " << calls;
        EXPECT_EQ(keys_->find({1})->value().spent.value, spent);
    }
}

TEST_P(StatisticsContract, ExposureHasNoEndWhereKeysHaveNone) {
    for (std::int64_t account = 1; account <= 5; ++account)
        issue(account);
    const base::Timestamp far = std::chrono::sys_days(std::chrono::year{9999} / 12 / 31);
    const auto set =
        sql_->run("UPDATE llmapikey.api_keys SET expires_at = {time:$1}, daily_limit_micro_usd = $2::bigint",
                  SqlValues().add(far.time_since_epoch().count()).add(std::int64_t{100'000'000'000'000}));
    ASSERT_TRUE(set) << set.error().detail;
    SqlStatisticsStore statistics(sql_);
    const auto exposure = statistics.exposure(clock_.now());
    ASSERT_TRUE(exposure) << exposure.error().detail;
    EXPECT_EQ(exposure->usable_keys, 5);
    EXPECT_EQ(exposure->per_day.value, 500'000'000'000'000);
    EXPECT_EQ(exposure->until_expiry.value, 9'000'000'000'000'000'000) << "as much as a figure holds";
    EXPECT_EQ(exposure->last_expiry, far);
}

INSTANTIATE_TEST_SUITE_P(Stores, StatisticsContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& kind) { return kind.param; });

}  // namespace
}  // namespace llmapikey::test
