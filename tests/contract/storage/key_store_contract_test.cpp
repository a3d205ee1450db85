// What every KeyStore promises, asked of each.
#include <gtest/gtest.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "base/crypto.hpp"
#include "storage/sqlite/migrations.hpp"
#include "storage/sqlite/sqlite_key_store.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_key_store.hpp"

namespace llmapikey::test {
namespace {

using service::Attempt;
namespace sqlite = storage::sqlite;

// A folder that is gone with the test.
class TemporaryFolder {
public:
    TemporaryFolder() {
        std::string pattern = (std::filesystem::temp_directory_path() / "llmapikey-test-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~TemporaryFolder() { std::filesystem::remove_all(path_); }
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    std::string file() const { return path_ + "/llmapikey.db"; }

private:
    std::string path_;
};

std::unique_ptr<sqlite::Connection> migrated(const std::string& path) {
    auto connection = sqlite::Connection::open(path, sqlite::Access::read_write, base::Millis{5000});
    EXPECT_TRUE(connection) << connection.error().detail;
    const auto applied = sqlite::migrate_up(**connection, base::SystemClock());
    EXPECT_TRUE(applied) << applied.error().detail;
    return std::move(*connection);
}

std::unique_ptr<sqlite::SqliteKeyStore> open_migrated(const std::string& path) {
    migrated(path);
    auto store = sqlite::SqliteKeyStore::open({path, 2, base::Millis{5000}});
    EXPECT_TRUE(store) << store.error().detail;
    return std::move(*store);
}

class KeyStoreContract : public testing::TestWithParam<std::string> {
protected:
    KeyStoreContract() {
        if (GetParam() == "sqlite") store_ = open_migrated(folder_.file());
        if (GetParam() == "memory") store_ = std::make_unique<MemoryKeyStore>();
    }

    service::ReserveRequest request_for(std::int64_t account, std::int64_t max_total_keys = 0) const {
        return {{{account}, "login-" + std::to_string(account)},
                base::random_uuid(),
                base::random_token(16),
                base::MicroUsd{2'500'000},
                clock_.now(),
                clock_.now() + std::chrono::days{90},
                max_total_keys};
    }
    Attempt reserve(std::int64_t account) {
        const auto request = request_for(account);
        const auto outcome = store_->reserve(request);
        EXPECT_TRUE(outcome && std::holds_alternative<service::Reserved>(*outcome));
        return {request.grant_id, request.nonce};
    }
    domain::Grant grant_of(std::int64_t account) { return store_->find({account})->value(); }
    std::int64_t live() { return store_->totals()->live; }

    TemporaryFolder folder_;
    ManualClock clock_;
    std::unique_ptr<service::KeyStore> store_;
};

const service::Activation activation{"handle", "v1.sealed", "1234"};

TEST_P(KeyStoreContract, AReservationIsAPendingRowWithAllThatWasAsked) {
    const auto request = request_for(7);
    const auto outcome = store_->reserve(request);
    ASSERT_TRUE(outcome);
    const auto& grant = std::get<service::Reserved>(*outcome).grant;
    for (const domain::Grant& each : {grant, grant_of(7)}) {
        EXPECT_EQ(each.id, request.grant_id);
        EXPECT_EQ(each.github_user_id.value, 7);
        EXPECT_EQ(each.github_username, "login-7");
        EXPECT_EQ(each.status, domain::GrantStatus::pending);
        EXPECT_EQ(each.nonce, request.nonce);
        EXPECT_EQ(each.daily_limit.value, 2'500'000);
        EXPECT_EQ(each.created_at, request.now);
        EXPECT_EQ(each.attempted_at, request.now);
        EXPECT_EQ(each.expires_at, request.expires_at);
        EXPECT_EQ(each.delete_handle + each.sealed_key + each.key_hint, "");
    }
}

TEST_P(KeyStoreContract, TheSecondSubmitGetsTheFirstOnesReservation) {
    const Attempt first = reserve(7);
    const auto second = store_->reserve(request_for(7));
    ASSERT_TRUE(second);
    EXPECT_EQ(std::get<service::AlreadyHeld>(*second).grant.nonce, first.nonce);
    EXPECT_EQ(live(), 1);
}

TEST_P(KeyStoreContract, TheQuotaIsExactOneByOne) {
    for (std::int64_t account = 1; account <= 3; ++account) {
        EXPECT_TRUE(std::holds_alternative<service::Reserved>(*store_->reserve(request_for(account, 3))));
    }
    EXPECT_TRUE(std::holds_alternative<service::QuotaFull>(*store_->reserve(request_for(4, 3))));
    EXPECT_TRUE(std::holds_alternative<service::AlreadyHeld>(*store_->reserve(request_for(2, 3))));
    const domain::Grant freed = grant_of(1);
    ASSERT_TRUE(store_->release({freed.id, freed.nonce}));
    EXPECT_TRUE(std::holds_alternative<service::Reserved>(*store_->reserve(request_for(4, 3))));
    EXPECT_EQ(live(), 3);
}

TEST_P(KeyStoreContract, SixtyAccountsWithRoomForTenGetTen) {
    std::atomic<int> reserved{0}, full{0};
    std::vector<std::thread> people;
    for (std::int64_t account = 1; account <= 60; ++account) {
        people.emplace_back([&, account] {
            const auto outcome = store_->reserve(request_for(account, 10));
            if (outcome && std::holds_alternative<service::Reserved>(*outcome)) ++reserved;
            if (outcome && std::holds_alternative<service::QuotaFull>(*outcome)) ++full;
        });
    }
    for (auto& person : people)
        person.join();
    EXPECT_EQ(reserved, 10);
    EXPECT_EQ(full, 50);
    EXPECT_EQ(live(), 10);
}

TEST_P(KeyStoreContract, ManySubmitsOfOneAccountReserveOnce) {
    std::atomic<int> reserved{0}, held{0};
    std::vector<std::thread> submits;
    for (int i = 0; i < 100; ++i) {
        submits.emplace_back([&] {
            const auto outcome = store_->reserve(request_for(7));
            if (outcome && std::holds_alternative<service::Reserved>(*outcome)) ++reserved;
            if (outcome && std::holds_alternative<service::AlreadyHeld>(*outcome)) ++held;
        });
    }
    for (auto& submit : submits)
        submit.join();
    EXPECT_EQ(reserved, 1);
    EXPECT_EQ(held, 99);
}

TEST_P(KeyStoreContract, ActivatingStoresTheKey) {
    const Attempt attempt = reserve(7);
    ASSERT_TRUE(store_->activate(attempt, activation));
    const domain::Grant grant = grant_of(7);
    EXPECT_EQ(grant.status, domain::GrantStatus::active);
    EXPECT_EQ(grant.delete_handle, "handle");
    EXPECT_EQ(grant.sealed_key, "v1.sealed");
    EXPECT_EQ(grant.key_hint, "1234");
}

TEST_P(KeyStoreContract, AnActiveKeyIsTouchedByNoAttempt) {
    const Attempt attempt = reserve(7);
    ASSERT_TRUE(store_->activate(attempt, activation));
    EXPECT_EQ(store_->activate(attempt, activation).error().code, base::Errc::conflict);
    EXPECT_EQ(store_->mark_ambiguous(attempt, "").error().code, base::Errc::conflict);
    EXPECT_EQ(store_->release(attempt).error().code, base::Errc::conflict);
    EXPECT_EQ(grant_of(7).status, domain::GrantStatus::active);
}

TEST_P(KeyStoreContract, AnOvertakenAttemptChangesNothing) {
    const Attempt first = reserve(7);
    ASSERT_TRUE(store_->release(first));
    const Attempt second = reserve(7);
    EXPECT_EQ(store_->activate(first, activation).error().code, base::Errc::conflict);
    EXPECT_EQ(store_->activate({second.grant_id, first.nonce}, activation).error().code, base::Errc::conflict);
    EXPECT_EQ(store_->mark_ambiguous(first, "x").error().code, base::Errc::conflict);
    EXPECT_EQ(store_->release(first).error().code, base::Errc::conflict);
    EXPECT_EQ(grant_of(7).nonce, second.nonce);
    EXPECT_EQ(grant_of(7).status, domain::GrantStatus::pending);
}

TEST_P(KeyStoreContract, MarkingAmbiguousTakesTheAttemptAwayFromItsProcess) {
    const Attempt attempt = reserve(7);
    ASSERT_TRUE(store_->mark_ambiguous(attempt, ""));
    EXPECT_EQ(store_->activate(attempt, activation).error().code, base::Errc::conflict);
    EXPECT_EQ(grant_of(7).delete_handle, "");
    ASSERT_TRUE(store_->mark_ambiguous(attempt, "late handle"));
    ASSERT_TRUE(store_->mark_ambiguous(attempt, ""));
    EXPECT_EQ(grant_of(7).delete_handle, "late handle");
    ASSERT_TRUE(store_->release(attempt));
    EXPECT_FALSE(store_->find({7})->has_value());
    EXPECT_EQ(live(), 0);
}

TEST_P(KeyStoreContract, UnsettledRowsAreListedInPagesByAge) {
    for (std::int64_t account = 1; account <= 5; ++account)
        reserve(account);
    const domain::Grant active = grant_of(3);
    ASSERT_TRUE(store_->activate({active.id, active.nonce}, activation));
    const base::Timestamp by = clock_.now();
    clock_.advance(base::Seconds{10});
    reserve(6);
    std::vector<std::int64_t> seen;
    std::string after;
    for (auto page = store_->list_unsettled(by, after, 3); !page->empty();
         page = store_->list_unsettled(by, after, 3)) {
        EXPECT_LE(page->size(), 3u);
        for (const domain::Grant& grant : *page)
            seen.push_back(grant.github_user_id.value);
        after = page->back().id;
    }
    std::sort(seen.begin(), seen.end());
    EXPECT_EQ(seen, (std::vector<std::int64_t>{1, 2, 4, 5}));
}

TEST_P(KeyStoreContract, KnowsHandlesAndNonces) {
    const Attempt attempt = reserve(7);
    EXPECT_TRUE(*store_->knows("unknown", attempt.nonce));
    EXPECT_FALSE(*store_->knows("handle", ""));
    ASSERT_TRUE(store_->activate(attempt, activation));
    EXPECT_TRUE(*store_->knows("handle", ""));
    EXPECT_FALSE(*store_->knows("", ""));
    EXPECT_FALSE(*store_->knows("other", "other"));
}

TEST_P(KeyStoreContract, TakesNoteOfARenamedAccount) {
    reserve(7);
    ASSERT_TRUE(store_->update_username({{7}, "renamed"}));
    ASSERT_TRUE(store_->update_username({{8}, "nobody"}));
    EXPECT_EQ(grant_of(7).github_username, "renamed");
}

TEST_P(KeyStoreContract, HostileTextIsJustText) {
    auto request = request_for(7);
    request.recipient.login = "x'); DROP TABLE api_keys; --";
    ASSERT_TRUE(store_->reserve(request));
    EXPECT_EQ(grant_of(7).github_username, request.recipient.login);
}

INSTANTIATE_TEST_SUITE_P(Stores, KeyStoreContract, testing::Values("sqlite", "memory"),
                         [](const auto& store) { return store.param; });

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
        "INSERT INTO api_keys SELECT hex(randomblob(16)), hex(randomblob(8)), hex(randomblob(2000)), "
        "'pending', 'n', NULL, NULL, NULL, 0, 0, 0, 0";
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

TEST(MigrationTest, GoUpDownAndUpAgain) {
    const TemporaryFolder folder;
    const ManualClock clock;
    auto connection = migrated(folder.file());
    EXPECT_EQ(*sqlite::migrate_up(*connection, clock), 0);
    const auto states = sqlite::migration_states(*connection);
    for (const auto& state : *states)
        EXPECT_TRUE(state.applied_at) << state.name;
    EXPECT_EQ(*sqlite::migrate_down(*connection, 1000),
              1000 < static_cast<int>(states->size()) ? 1000 : static_cast<int>(states->size()));
    EXPECT_FALSE(sqlite::check_schema(*connection));
    EXPECT_EQ(*sqlite::migrate_up(*connection, clock), static_cast<int>(states->size()));
    EXPECT_TRUE(sqlite::check_schema(*connection));
}

TEST(MigrationTest, ProcessesThatStartTogetherApplyEachOnce) {
    const TemporaryFolder folder;
    std::atomic<int> applied{0}, failed{0};
    std::vector<std::thread> starts;
    for (int i = 0; i < 8; ++i) {
        starts.emplace_back([&] {
            const auto connection =
                sqlite::Connection::open(folder.file(), sqlite::Access::read_write, base::Millis{5000});
            const auto count = connection ? sqlite::migrate_up(**connection, base::SystemClock())
                                          : base::Result<int>(tl::unexpected(connection.error()));
            if (count) applied += *count;
            if (!count) ++failed;
        });
    }
    for (auto& start : starts)
        start.join();
    EXPECT_EQ(failed, 0);
    EXPECT_EQ(applied, static_cast<int>(sqlite::migration_states(*migrated(folder.file()))->size()));
}

TEST(MigrationTest, ANewerSchemaIsRefused) {
    const TemporaryFolder folder;
    auto connection = migrated(folder.file());
    ASSERT_TRUE(connection->execute("INSERT INTO schema_migrations VALUES (9999, 'future', 0)"));
    const auto refused = sqlite::migrate_up(*connection, base::SystemClock());
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().detail.find("newer"), std::string::npos);
    EXPECT_FALSE(sqlite::SqliteKeyStore::open({folder.file(), 1, base::Millis{100}}));
}

}  // namespace
}  // namespace llmapikey::test
