// What is particular to the KeyStore of the embedded database.
#include <gtest/gtest.h>

#include <filesystem>

#include "support/manual_clock.hpp"
#include "support/sqlite_database.hpp"

namespace llmapikey::test {
namespace {

TEST(SqliteKeyStoreTest, WhatWasAcknowledgedIsThereAfterReopening) {
    const TemporaryFolder folder;
    const ManualClock clock;
    {
        const auto store = open_migrated(folder.file());
        ASSERT_TRUE(store->reserve({{7}, "x", "id", "nonce", {}, clock.now(), clock.now(), 0}));
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

}  // namespace
}  // namespace llmapikey::test
