// How PostgreSQL gets its schema; how the embedded database does: sqlite_migrations_test.cpp.
#include "schema/postgres_migrations.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/postgres_database.hpp"

namespace llmapikey::test {
namespace {

TEST(PostgresMigrationTest, GoUpDownAndUpAgain) {
    reset_schema();
    const base::SystemClock clock;
    auto migrator = postgres::make_migrator(connect(pgbouncer_url()), {});
    EXPECT_EQ(*migrator.up(), 0);
    const int all = static_cast<int>(migrator.states()->size());
    EXPECT_EQ(*migrator.down(1000), all);
    EXPECT_EQ(run_sql("SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_tables "
                      "WHERE schemaname = 'llmapikey'"),
              "applied_migrations audit_head audit_log expected_people holds ledger")
        << "the records stay, nothing else";
    EXPECT_FALSE(postgres::PostgresKeyStore(open_database(postgres_url())).check());
    EXPECT_EQ(*migrator.up(), all);
    EXPECT_TRUE(postgres::PostgresKeyStore(open_database(postgres_url())).check());
}

TEST(PostgresMigrationTest, ProcessesThatStartTogetherApplyEachOnce) {
    run_sql("DROP SCHEMA IF EXISTS llmapikey CASCADE");
    std::atomic<int> applied{0};
    std::vector<std::thread> starts;
    for (int i = 0; i < 8; ++i) {
        starts.emplace_back([&, i] {
            const base::SystemClock clock;
            auto migrator = postgres::make_migrator(connect(i % 2 == 0 ? postgres_url() : pgbouncer_url()), {});
            const auto count = migrator.up();
            ASSERT_TRUE(count) << count.error().detail;
            applied += *count;
        });
    }
    for (auto& start : starts)
        start.join();
    EXPECT_EQ(applied, postgres::newest_schema_version());
}

TEST(PostgresMigrationTest, ANewerSchemaIsRefused) {
    reset_schema();
    run_sql("INSERT INTO llmapikey.applied_migrations VALUES (9999, 'future', now())");
    const base::SystemClock clock;
    const auto refused = postgres::make_migrator(connect(postgres_url()), {}).up();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("newer"), std::string::npos);
    EXPECT_FALSE(postgres::PostgresKeyStore(open_database(postgres_url())).check());
}

TEST(PostgresMigrationTest, ATableOfSomebodyElseIsLeftAlone) {
    run_sql(
        "DROP SCHEMA IF EXISTS llmapikey CASCADE; CREATE SCHEMA llmapikey; "
        "CREATE TABLE llmapikey.api_keys (id integer, owner text)");
    const base::SystemClock clock;
    const auto refused = postgres::make_migrator(connect(postgres_url()), {}).up();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("github_user_id"), std::string::npos);
    EXPECT_EQ(run_sql("SELECT count(*) FROM information_schema.columns WHERE table_name = 'api_keys'"), "2");
}

}  // namespace
}  // namespace llmapikey::test
