// What every AdminStore and every AuditLog promise, asked of each.
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "base/crypto.hpp"
#include "storage/postgres/postgres_admin_store.hpp"
#include "storage/postgres/postgres_audit_log.hpp"
#include "storage/sqlite/sqlite_admin_store.hpp"
#include "storage/sqlite/sqlite_audit_log.hpp"
#include "support/manual_clock.hpp"
#include "support/postgres_database.hpp"
#include "support/sqlite_database.hpp"

namespace llmapikey::test {
namespace {

using domain::GrantStatus;
using service::GrantQuery;

class AdminStoreContract : public testing::TestWithParam<std::string> {
protected:
    AdminStoreContract() {
        if (GetParam() == "sqlite") {
            const auto connections = open_connections(folder_.file());
            keys_ = std::make_unique<storage::sqlite::SqliteKeyStore>(connections);
            admin_ = std::make_unique<storage::sqlite::SqliteAdminStore>(connections);
            audit_ = std::make_unique<storage::sqlite::SqliteAuditLog>(connections);
            return;
        }
        reset_schema();
        const auto database = open_database(GetParam() == "postgres" ? postgres_url() : pgbouncer_url());
        keys_ = std::make_unique<storage::postgres::PostgresKeyStore>(database);
        admin_ = std::make_unique<storage::postgres::PostgresAdminStore>(database);
        audit_ = std::make_unique<storage::postgres::PostgresAuditLog>(database);
    }

    domain::Grant reserve(std::int64_t account, const std::string& login = "login") {
        const service::ReserveRequest request{{{account}, login},
                                              base::random_uuid(),
                                              base::random_token(16),
                                              base::MicroUsd{2'500'000},
                                              clock_.now(),
                                              clock_.now() + std::chrono::days{90},
                                              0};
        const auto outcome = keys_->reserve(request);
        if (!outcome || !std::holds_alternative<service::Reserved>(*outcome)) throw std::runtime_error("not reserved");
        return std::get<service::Reserved>(*outcome).grant;
    }
    domain::Grant issue(std::int64_t account, const std::string& login = "login") {
        const auto grant = reserve(account, login);
        const std::string number = std::to_string(account);
        const auto activated =
            keys_->activate({{account}, grant.id, grant.nonce}, {"handle-" + number, "v1.sealed", "h" + number});
        if (!activated) throw std::runtime_error(activated.error().detail);
        return *keys_->find({account}).value();
    }
    service::RevocationRequest revocation_of(const domain::Grant& grant, std::optional<domain::Hold> hold = {}) {
        return {grant.id, "github:1003", "leaked", std::move(hold), clock_.now()};
    }
    std::vector<std::int64_t> accounts(const GrantQuery& query) {
        std::vector<std::int64_t> found;
        const auto page = admin_->list(query);
        EXPECT_TRUE(page) << page.error().detail;
        for (const domain::Grant& grant : page->grants)
            found.push_back(grant.github_user_id.value);
        return found;
    }

    TemporaryFolder folder_;
    ManualClock clock_;
    std::unique_ptr<service::KeyStore> keys_;
    std::unique_ptr<service::AdminStore> admin_;
    std::unique_ptr<service::AuditLog> audit_;
};

TEST_P(AdminStoreContract, ListsNewestFirstPageByPageWithoutGapOrRepetition) {
    for (std::int64_t account = 1; account <= 11; ++account) {
        issue(account);
        if (account % 3 == 0) clock_.advance(base::Seconds{1});  // several of one second
    }
    std::set<std::int64_t> seen;
    GrantQuery query;
    query.limit = 4;
    base::Timestamp before = clock_.now() + std::chrono::days{1};
    int pages = 0;
    do {
        const auto page = admin_->list(query);
        ASSERT_TRUE(page) << page.error().detail;
        for (const domain::Grant& grant : page->grants) {
            EXPECT_TRUE(seen.insert(grant.github_user_id.value).second);
            EXPECT_LE(grant.created_at, before);
            before = grant.created_at;
        }
        query.cursor = page->next_cursor;
        ++pages;
    } while (!query.cursor.empty());
    EXPECT_EQ(seen.size(), 11u);
    EXPECT_EQ(pages, 3);
}

TEST_P(AdminStoreContract, FindsByPartOfALoginByIdAndByHint) {
    issue(12, "Ada-Lovelace");
    issue(345, "grace_hopper");
    issue(6789, "100%er");
    GrantQuery query;
    for (const auto& [text, expected] : std::vector<std::pair<std::string, std::vector<std::int64_t>>>{
             {"lovel", {12}}, {"345", {345}}, {"34", {}}, {"h6789", {6789}}, {"%", {6789}}, {"_", {345}}, {"'", {}}}) {
        query.search = text;
        EXPECT_EQ(accounts(query), expected) << text;
    }
}

TEST_P(AdminStoreContract, FindsARenamedAccountByItsNewLoginOnly) {
    issue(12, "first-name");
    ASSERT_TRUE(keys_->update_username({{12}, "other\"quoted"}));
    GrantQuery query;
    query.search = "first";
    EXPECT_TRUE(accounts(query).empty());
    query.search = "R\"QUO";
    EXPECT_EQ(accounts(query), (std::vector<std::int64_t>{12}));
    const auto begun = admin_->begin_revocation(revocation_of(*keys_->find({12}).value()));
    ASSERT_TRUE(admin_->finish_revocation(*begun, clock_.now()));
    EXPECT_TRUE(accounts(query).empty());
}

TEST_P(AdminStoreContract, APartThatFitsVeryManyIsFoundFromTheNewestOn) {
    for (std::int64_t account = 1; account <= 1100; ++account)
        reserve(account, "crowd-" + std::to_string(account));
    GrantQuery query;
    query.search = "crowd-";
    query.limit = 3;
    EXPECT_EQ(accounts(query).size(), 3u);
    query.search = "crowd-1099";
    EXPECT_EQ(accounts(query), (std::vector<std::int64_t>{1099}));
}

TEST_P(AdminStoreContract, FiltersByStatus) {
    issue(1);
    reserve(2);
    GrantQuery query;
    query.status = GrantStatus::pending;
    EXPECT_EQ(accounts(query), (std::vector<std::int64_t>{2}));
    query.status = GrantStatus::revoking;
    EXPECT_TRUE(accounts(query).empty());
}

TEST_P(AdminStoreContract, ACursorOfSomebodyElseIsRefused) {
    GrantQuery query;
    for (const char* cursor : {"x", "1", "1.x", "1.' OR 1", "-1.00000000-0000-0000-0000-000000000000"}) {
        query.cursor = cursor;
        const auto page = admin_->list(query);
        ASSERT_FALSE(page) << cursor;
        EXPECT_EQ(page.error().code, base::Errc::invalid_input);
    }
}

TEST_P(AdminStoreContract, ARevocationIsStoredAtOnceAndEndsInTheLedger) {
    const auto grant = issue(7);
    const auto begun = admin_->begin_revocation(revocation_of(grant));
    ASSERT_TRUE(begun) << begun.error().detail;
    EXPECT_EQ(begun->delete_handle, "handle-7");
    const auto row = keys_->find({7})->value();
    EXPECT_EQ(row.status, GrantStatus::revoking);
    EXPECT_EQ(row.sealed_key, "") << "shown to nobody any more";
    EXPECT_FALSE(admin_->ledger_of({7})->at(0).ended_at);
    EXPECT_EQ(admin_->list_revoking("", 10)->size(), 1u);
    EXPECT_TRUE(*keys_->knows("handle-7", "")) << "not an orphan meanwhile";

    clock_.advance(base::Seconds{5});
    ASSERT_TRUE(admin_->finish_revocation(*begun, clock_.now()));
    ASSERT_TRUE(admin_->finish_revocation(*begun, clock_.now() + base::Seconds{9})) << "twice is once";
    EXPECT_FALSE(*keys_->find({7}));
    EXPECT_EQ(keys_->totals()->live, 0);
    const auto ledger = admin_->ledger_of({7});
    ASSERT_EQ(ledger->size(), 1u);
    const service::LedgerEntry& entry = ledger->at(0);
    EXPECT_EQ(entry.grant.id, grant.id);
    EXPECT_EQ(entry.grant.key_hint, "h7");
    EXPECT_EQ(entry.grant.daily_limit.value, 2'500'000);
    EXPECT_EQ(entry.actor + " " + entry.reason, "github:1003 leaked");
    EXPECT_EQ(entry.ended_at, clock_.now());
}

TEST_P(AdminStoreContract, ManyRevokeOneKeyOnce) {
    const auto grant = issue(7);
    std::atomic<int> begun{0};
    std::vector<std::thread> admins;
    for (int i = 0; i < 10; ++i) {
        admins.emplace_back([&] {
            const auto revoked = admin_->begin_revocation(revocation_of(grant));
            if (revoked && admin_->finish_revocation(*revoked, clock_.now())) ++begun;
        });
    }
    for (auto& admin : admins)
        admin.join();
    EXPECT_GE(begun, 1);
    EXPECT_EQ(admin_->ledger_of({7})->size(), 1u);
    EXPECT_EQ(keys_->totals()->live, 0);
}

TEST_P(AdminStoreContract, WhatIsNotThereOrNotYetMadeCannotBeRevoked) {
    const auto pending = reserve(7);
    EXPECT_EQ(admin_->begin_revocation(revocation_of(pending)).error().code, base::Errc::conflict);
    domain::Grant nobody;
    nobody.id = base::random_uuid();
    EXPECT_EQ(admin_->begin_revocation(revocation_of(nobody)).error().code, base::Errc::not_found);
    EXPECT_TRUE(admin_->ledger_of({7})->empty());
}

TEST_P(AdminStoreContract, ARevokedKeyIsOutOfReachOfAttempts) {
    const auto grant = issue(7);
    ASSERT_TRUE(admin_->begin_revocation(revocation_of(grant)));
    const service::Attempt attempt{{7}, grant.id, grant.nonce};
    EXPECT_EQ(keys_->activate(attempt, {"h", "v1.x", "1"}).error().code, base::Errc::conflict);
    EXPECT_EQ(keys_->mark_ambiguous(attempt, "").error().code, base::Errc::conflict);
    EXPECT_EQ(keys_->release(attempt).error().code, base::Errc::conflict);
    EXPECT_TRUE(keys_->list_unsettled(clock_.now(), "", 10)->empty());
}

TEST_P(AdminStoreContract, AHoldKeepsTheAccountFromTakingAnotherKeyForAsLongAsItSays) {
    const auto request = [&] {
        return service::ReserveRequest{{{7}, "x"}, base::random_uuid(), "nonce", {}, clock_.now(), clock_.now(), 0};
    };
    const auto grant = issue(7);
    const domain::Hold hold{clock_.now() + base::Seconds{60}, "cool off"};
    const auto begun = admin_->begin_revocation(revocation_of(grant, hold));
    ASSERT_TRUE(begun);
    ASSERT_TRUE(admin_->finish_revocation(*begun, clock_.now()));
    const auto refused = keys_->reserve(request());
    ASSERT_TRUE(refused) << refused.error().detail;
    ASSERT_TRUE(std::holds_alternative<service::OnHold>(*refused));
    EXPECT_EQ(std::get<service::OnHold>(*refused).hold.until, hold.until);
    EXPECT_EQ(keys_->find_account({7})->hold->reason, "cool off");
    clock_.advance(base::Seconds{60});
    EXPECT_TRUE(std::holds_alternative<service::Reserved>(*keys_->reserve(request())));
}

TEST_P(AdminStoreContract, AHoldWithoutAnEndLastsUntilItIsLifted) {
    ASSERT_TRUE(admin_->set_hold({7}, domain::Hold{std::nullopt, "no"}, "cli:root", clock_.now()));
    ASSERT_TRUE(admin_->set_hold({7}, domain::Hold{std::nullopt, "still no"}, "cli:root", clock_.now()));
    const auto account = keys_->find_account({7});
    ASSERT_TRUE(account) << account.error().detail;
    EXPECT_FALSE(account->grant);
    EXPECT_EQ(account->hold->reason, "still no");
    EXPECT_FALSE(account->hold->until);
    EXPECT_THROW(reserve(7), std::runtime_error);
    ASSERT_TRUE(admin_->set_hold({7}, std::nullopt, "cli:root", clock_.now()));
    EXPECT_FALSE(keys_->find_account({7})->hold);
    issue(7);
    EXPECT_EQ(keys_->find_account({7})->grant->status, GrantStatus::active);
}

service::AuditEntry entry(const std::string& detail) {
    return {
        base::Timestamp{base::Seconds{1'800'000'000}}, "cli:root", "key.revoke", "account:1", "cli", "done", detail};
}

TEST_P(AdminStoreContract, TheAuditLogIsAChain) {
    EXPECT_EQ(service::verify_audit_log(*audit_)->entries, 0);
    for (const char* detail : {"first", "line\nbreak and \\ and \"quotes\"", "ünïcödé"})
        ASSERT_TRUE(audit_->append(entry(detail)));
    const auto report = service::verify_audit_log(*audit_);
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_TRUE(report->faults.empty()) << report->faults[0].what;
    EXPECT_EQ(report->entries, 3);
    EXPECT_EQ(report->head_hash, audit_->head()->hash);
    EXPECT_EQ(audit_->read(1, 1)->at(0).entry.detail, "line\nbreak and \\ and \"quotes\"");
}

TEST_P(AdminStoreContract, AppendingAtOnceKeepsTheChainWhole) {
    std::vector<std::thread> writers;
    for (int i = 0; i < 6; ++i) {
        writers.emplace_back([this] {
            for (int round = 0; round < 10; ++round)
                ASSERT_TRUE(audit_->append(entry("x")));
        });
    }
    for (auto& writer : writers)
        writer.join();
    const auto report = service::verify_audit_log(*audit_);
    EXPECT_TRUE(report->faults.empty()) << report->faults[0].what;
    EXPECT_EQ(report->entries, 60);
}

INSTANTIATE_TEST_SUITE_P(Stores, AdminStoreContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

// One way each of tampering with five entries; the chain must show it.
class AuditTampering : public testing::TestWithParam<const char*> {};

TEST_P(AuditTampering, IsFound) {
    reset_schema();
    storage::postgres::PostgresAuditLog log(open_database(postgres_url()));
    for (const char* detail : {"a", "b", "c", "d", "e"})
        ASSERT_TRUE(log.append(entry(detail)));
    ASSERT_TRUE(service::verify_audit_log(log)->faults.empty());
    run_sql(GetParam());
    EXPECT_EQ(service::verify_audit_log(log)->faults.size(), 1u);
}

INSTANTIATE_TEST_SUITE_P(
    Ways, AuditTampering,
    testing::Values("UPDATE llmapikey.audit_log SET detail = 'C' WHERE sequence = 3",
                    "UPDATE llmapikey.audit_log SET at = at + interval '1 second' WHERE sequence = 1",
                    "DELETE FROM llmapikey.audit_log WHERE sequence = 3",
                    "DELETE FROM llmapikey.audit_log WHERE sequence = 1",
                    "DELETE FROM llmapikey.audit_log WHERE sequence = 5", "DELETE FROM llmapikey.audit_log",
                    "UPDATE llmapikey.audit_log SET sequence = CASE sequence WHEN 2 THEN 300 ELSE 400 END WHERE "
                    "sequence IN (2, 3); UPDATE llmapikey.audit_log SET sequence = CASE sequence WHEN 300 THEN 3 ELSE "
                    "2 END WHERE sequence > 100"));

}  // namespace
}  // namespace llmapikey::test
