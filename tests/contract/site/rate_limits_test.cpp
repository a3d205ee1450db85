// Limits that replicas share: only PostgreSQL has them.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "site/store_rate_limits.hpp"
#include "support/postgres_database.hpp"

namespace llmapikey::test {
namespace {

TEST(PostgresRateLimitsTest, AreSharedAndRefill) {
    reset_schema();
    postgres::PostgresRateLimits here(open_database(postgres_url(), 2)), there(open_database(pgbouncer_url(), 2));
    std::atomic<int> taken{0};
    std::vector<std::thread> requests;
    for (int i = 0; i < 20; ++i) {
        requests.emplace_back([&, i] {
            const auto wait = (i % 2 == 0 ? here : there).take("client", 5);
            ASSERT_TRUE(wait) << wait.error().detail;
            if (!*wait) ++taken;
            if (*wait) {
                EXPECT_GE(wait->value().count(), 1);
                EXPECT_LE(wait->value().count(), 12);
            }
        });
    }
    for (auto& request : requests)
        request.join();
    EXPECT_EQ(taken, 5);
    EXPECT_FALSE(here.take("another client", 5)->has_value());
    run_sql("UPDATE llmapikey.rate_limits SET filled_at = filled_at - interval '13 seconds'");
    EXPECT_FALSE(there.take("client", 5)->has_value());
    EXPECT_TRUE(here.take("client", 5)->has_value());
}

}  // namespace
}  // namespace llmapikey::test
