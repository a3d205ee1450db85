// What is particular to SqliteKeyStore: its file.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <thread>

#include "support/manual_clock.hpp"
#include "support/sqlite_database.hpp"

namespace llmapikey::test {
namespace {

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

// A new file while another process, which came a moment earlier, still holds it: SQLite does not ask its busy handler
// while it changes the journal.
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
}  // namespace
}  // namespace llmapikey::test
