// How the embedded database gets its schema; how PostgreSQL does: postgres_migrations_test.cpp.
#include "schema/sqlite_migrations.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/manual_clock.hpp"
#include "support/sqlite_database.hpp"

namespace llmapikey::test {
namespace {

TEST(SqliteMigrationTest, GoUpDownAndUpAgain) {
    const TemporaryFolder folder;
    const ManualClock clock;
    auto connection = migrated(folder.file());
    auto migrator = sqlite::make_migrator(*connection, clock);
    EXPECT_EQ(*migrator.up(), 0);
    const auto states = migrator.states();
    for (const auto& state : *states)
        EXPECT_TRUE(state.applied_at) << state.name;
    EXPECT_EQ(*migrator.down(1000), static_cast<int>(states->size()));
    EXPECT_FALSE(sqlite::check_schema(*connection));
    EXPECT_EQ(*migrator.up(), static_cast<int>(states->size()));
    EXPECT_TRUE(sqlite::check_schema(*connection));
}

TEST(SqliteMigrationTest, ProcessesThatStartTogetherApplyEachOnce) {
    const TemporaryFolder folder;
    std::atomic<int> applied{0};
    std::vector<std::thread> starts;
    for (int i = 0; i < 8; ++i) {
        starts.emplace_back([&] {
            const auto connection =
                sqlite::Connection::open(folder.file(), sqlite::Access::read_write, base::Millis{5000});
            const base::SystemClock clock;
            const auto count = connection ? sqlite::make_migrator(**connection, clock).up()
                                          : base::Result<int>(tl::unexpected(connection.error()));
            if (count) applied += *count;
            EXPECT_TRUE(count) << count.error().detail;
        });
    }
    for (auto& start : starts)
        start.join();
    EXPECT_EQ(applied,
              static_cast<int>(sqlite::make_migrator(migrated(folder.file()), base::SystemClock()).states()->size()));
}

TEST(SqliteMigrationTest, ANewerSchemaIsRefused) {
    const TemporaryFolder folder;
    auto connection = migrated(folder.file());
    ASSERT_TRUE(connection->execute("INSERT INTO schema_migrations VALUES (9999, 'future', 0)"));
    const auto refused = sqlite::make_migrator(*connection, base::SystemClock()).up();
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("newer"), std::string::npos);
    EXPECT_FALSE(sqlite::Connections::open({folder.file(), 1, base::Millis{100}}, sqlite::check_schema));
}

}  // namespace
}  // namespace llmapikey::test
