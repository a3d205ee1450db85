// What is particular to the embedded database.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "schema/sqlite_migrations.hpp"
#include "support/manual_clock.hpp"
#include "support/sqlite_database.hpp"

namespace llmapikey::test {
namespace {

namespace sqlite = sqlite;

TEST(SqliteKeyStoreTest, WhatWasAcknowledgedIsThereAfterReopening) {
    const TemporaryFolder folder;
    const ManualClock clock;
    {
        const auto store = open_migrated(folder.file());
        ASSERT_TRUE(store->reserve({{{7}, "x"}, "id", "nonce", {}, clock.now(), clock.now(), 0}));
    }
    EXPECT_EQ(open_migrated(folder.file())->find({7})->value().nonce, "nonce");
}

TEST(SqliteKeyStoreTest, ANoPermissionForOthersFile) {
    const TemporaryFolder folder;
    open_migrated(folder.file());
    const auto permissions = std::filesystem::status(folder.file()).permissions();
    EXPECT_EQ(permissions & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
              std::filesystem::perms::none);
}

TEST(SqliteKeyStoreTest, AFullDiskIsAnErrorThatLosesNothing) {
    const TemporaryFolder folder;
    const ManualClock clock;
    auto connection = migrated(folder.file());
    ASSERT_TRUE(connection->execute("PRAGMA max_page_count = 1"));  // the smallest that SQLite takes: today's size
    const std::string filler =
        "INSERT INTO api_keys (id, github_user_id, github_username, status, nonce, daily_limit_micro_usd, created_at, "
        "attempted_at, expires_at) SELECT hex(randomblob(16)), hex(randomblob(8)), hex(randomblob(2000)), "
        "'pending', 'n', 0, 0, 0, 0";
    ASSERT_TRUE(connection->execute("PRAGMA user_version = 1"));
    base::Result<void> outcome{};
    for (int i = 0; i < 100 && outcome; ++i)
        outcome = connection->execute(filler);
    ASSERT_FALSE(outcome);
    EXPECT_EQ(outcome.error().code, base::Errc::store_unavailable);
    EXPECT_NE(outcome.error().detail.find("free some space"), std::string::npos);
    const auto store = open_migrated(folder.file());
    EXPECT_TRUE(store->check());
}

TEST(SqliteKeyStoreTest, AFileThatIsNoDatabaseIsNamedWithWhatToDo) {
    const TemporaryFolder folder;
    FILE* file = std::fopen(folder.file().c_str(), "w");
    std::fputs("this is not a database, but long enough to look like a file of some kind, with text in it", file);
    std::fclose(file);
    const auto opened = sqlite::Connection::open(folder.file(), sqlite::Access::read_write, base::Millis{100});
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().detail.find(folder.file()), std::string::npos);
    EXPECT_NE(opened.error().detail.find("set DATA_DIR"), std::string::npos);
}

// A new file while another process, which came a moment earlier, still holds it: SQLite does not
// ask its busy handler while it changes the journal.
TEST(SqliteKeyStoreTest, WhoOpensANewFileWaitsForAnotherWhoHoldsIt) {
    const TemporaryFolder folder;
    sqlite3* other = nullptr;
    ASSERT_EQ(sqlite3_open(folder.file().c_str(), &other), SQLITE_OK);
    ASSERT_EQ(sqlite3_exec(other, "CREATE TABLE t (a); BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
    EXPECT_FALSE(sqlite::Connection::open(folder.file(), sqlite::Access::read_write, base::Millis{50}));
    std::thread release([&] {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        sqlite3_close(other);
    });
    const auto opened = sqlite::Connection::open(folder.file(), sqlite::Access::read_write, base::Millis{10000});
    EXPECT_TRUE(opened) << opened.error().detail;
    release.join();
}

// A reader that stays holds the log: nothing that it may still see is overwritten.
TEST(SqliteLogTest, ShrinksOnceNobodyReadsWhatItHolds) {
    const TemporaryFolder folder;
    const auto connections = open_connections(folder.file());
    const auto length = [&] { return std::filesystem::file_size(folder.file() + "-wal"); };
    const auto change = [&](int times) {
        for (int i = 0; i < times; ++i) {
            sqlite::Connections::Writer writer(*connections);
            ASSERT_TRUE(writer->execute(
                "INSERT OR REPLACE INTO facts (name, value, noted_at) VALUES ('n', hex(randomblob(4000)), 1)"));
        }
    };
    const auto reader = sqlite::Connection::open(folder.file(), sqlite::Access::read_only, base::Millis{100});
    ASSERT_TRUE((*reader)->execute("BEGIN; SELECT count(*) FROM facts"));
    change(1'500);
    ASSERT_GT(length(), 10u * 1024 * 1024);
    ASSERT_TRUE(connections->shrink_log()) << "somebody reads: no failure, and nobody waits";
    EXPECT_GT(length(), 10u * 1024 * 1024);
    ASSERT_TRUE((*reader)->execute("COMMIT"));
    ASSERT_TRUE(connections->shrink_log());
    EXPECT_EQ(length(), 0u);
    change(1);
    EXPECT_GT(length(), 0u);
    EXPECT_LT(length(), 1024u * 1024);
}

TEST(SqliteLogTest, IsCutWhenItIsWrittenFromItsBeginningAgain) {
    const TemporaryFolder folder;
    const auto connections = open_connections(folder.file());
    const auto reader = sqlite::Connection::open(folder.file(), sqlite::Access::read_only, base::Millis{100});
    ASSERT_TRUE((*reader)->execute("BEGIN; SELECT count(*) FROM facts"));
    const auto change = [&] {
        sqlite::Connections::Writer writer(*connections);
        EXPECT_TRUE(writer->execute(
            "INSERT OR REPLACE INTO facts (name, value, noted_at) VALUES ('n', hex(randomblob(4000)), 1)"));
    };
    for (int i = 0; i < 1'500; ++i)
        change();
    ASSERT_TRUE((*reader)->execute("COMMIT"));
    change();
    change();
    EXPECT_LE(std::filesystem::file_size(folder.file() + "-wal"), static_cast<std::uintmax_t>(sqlite::log_max));
}

TEST(MigrationTest, GoUpDownAndUpAgain) {
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

TEST(MigrationTest, ProcessesThatStartTogetherApplyEachOnce) {
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

TEST(MigrationTest, ANewerSchemaIsRefused) {
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
