// What is particular to the embedded database: its log.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <filesystem>

#include "support/sqlite_database.hpp"

namespace llmapikey::test {
namespace {

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
    EXPECT_LE(std::filesystem::file_size(folder.file() + "-wal"), static_cast<std::uintmax_t>(sqlite::longest_log));
}

}  // namespace
}  // namespace llmapikey::test
