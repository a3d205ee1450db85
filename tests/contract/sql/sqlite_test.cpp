// What is particular to the embedded database.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>
#include <thread>

#include "support/sqlite_database.hpp"

namespace llmapikey::test {
namespace {

TEST(SqliteConnectionTest, AFileThatIsNoDatabaseIsNamedWithWhatToDo) {
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
TEST(SqliteConnectionTest, WhoOpensANewFileWaitsForAnotherWhoHoldsIt) {
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

TEST(SqliteConnectionTest, WaitsForTheDiskUnlessTheDatabaseIsThrownAway) {
    const TemporaryFolder folder;
    const auto synchronous = [&](sqlite::Durability durability) {
        const auto connection =
            sqlite::Connection::open(folder.file(), sqlite::Access::read_write, base::Millis{100}, durability);
        auto query = (*connection)->query("PRAGMA synchronous");
        return *query->step() ? query->number(0) : -1;
    };
    constexpr std::int64_t off = 0, full = 2;
    EXPECT_EQ(synchronous(sqlite::Durability::kept), full);
    EXPECT_EQ(synchronous(sqlite::Durability::thrown_away), off);
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

}  // namespace
}  // namespace llmapikey::test
