#include "app/jobs/upkeep.hpp"

#include <gtest/gtest.h>

#include "app/store_time_correction.hpp"
#include "sql/sqlite/sqlite_sql.hpp"
#include "support/manual_clock.hpp"
#include "support/sqlite_database.hpp"
#include "webhooks/store_webhooks.hpp"

namespace llmapikey::app {
namespace {

class UpkeepTest : public testing::Test {
protected:
    UpkeepTest() { stores_.misdated = std::make_unique<SqlTimeCorrection>(sql_); }
    // How many rows it changes.
    int run(const std::string& statement) {
        const auto done = sql_->run(statement, {});
        EXPECT_TRUE(done) << done.error().detail;
        return done ? done->changed : -1;
    }

    test::TemporaryFolder folder_;
    std::shared_ptr<SqlDatabase> sql_ = std::make_shared<sqlite::SqliteSql>(test::open_connections(folder_.file()));
    Stores stores_;
    test::ManualClock clock_;
    Upkeep upkeep_{stores_, clock_};
};

TEST_F(UpkeepTest, TheDatabaseIsShrunkEachTimeAlsoAfterAFailure) {
    int shrunk = 0;
    stores_.shrink = [&]() -> base::Result<void> {
        if (++shrunk == 1) return base::fail(base::Errc::store_unavailable, "the disk is full");
        return {};
    };
    upkeep_.run_once();
    upkeep_.run_once();
    EXPECT_EQ(shrunk, 2);
}

TEST_F(UpkeepTest, WhatIsDatedFurtherAheadThanItCanBeIsPutRight) {
    WebhookEndpoint endpoint;
    endpoint.id = "one";
    endpoint.url = "https://hooks.example.org/in";
    endpoint.created_at = clock_.now();
    ASSERT_TRUE(SqlWebhookStore(sql_).add_endpoint(endpoint));
    const auto seconds = [](base::Timestamp time) { return std::to_string(time.time_since_epoch().count()); };
    const std::string next_year = seconds(clock_.now() + std::chrono::days{365});
    ASSERT_EQ(run("UPDATE llmapikey.webhook_endpoints SET next_at = " + next_year), 1);
    upkeep_.run_once();
    EXPECT_EQ(run("UPDATE llmapikey.webhook_endpoints SET next_at = 0 WHERE next_at = " + seconds(clock_.now())), 1);
}

TEST_F(UpkeepTest, ADatabaseThatShrinksByItselfIsLeftAlone) {
    EXPECT_NO_FATAL_FAILURE(upkeep_.run_once());
}

}  // namespace
}  // namespace llmapikey::app
