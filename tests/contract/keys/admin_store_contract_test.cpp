// What every AdminStore and every AuditLog promise, asked of each.
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <thread>

#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

class AdminStoreContract : public StoresUnderTest {
protected:
    std::vector<std::int64_t> accounts(const GrantQuery& query) {
        std::vector<std::int64_t> found;
        const auto page = admin_->list(query);
        EXPECT_TRUE(page) << page.error().detail;
        for (const Grant& grant : page->grants)
            found.push_back(grant.github_user_id.value);
        return found;
    }
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
        for (const Grant& grant : page->grants) {
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
    const auto grant = *keys_->find({12}).value();
    ASSERT_EQ(admin_->begin_revocations({grant.id}, ending()).value(), 1);
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
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
    for (const char* cursor : {"x", "1", "1.x", "1.' OR 1", "n-1.00000000-0000-0000-0000-000000000000",
                               "e1.00000000-0000-0000-0000-000000000000", "n.00000000-0000-0000-0000-000000000000"}) {
        query.cursor = cursor;
        const auto page = admin_->list(query);
        ASSERT_FALSE(page) << cursor;
        EXPECT_EQ(page.error().code, base::Errc::invalid_input);
    }
}

TEST_P(AdminStoreContract, ARevocationIsStoredAtOnceAndEndsInTheLedger) {
    const auto grant = issue(7);
    const auto begun = admin_->begin_revocations({grant.id}, ending());
    ASSERT_TRUE(begun) << begun.error().detail;
    EXPECT_EQ(*begun, 1);
    EXPECT_EQ(admin_->begin_revocations({grant.id}, ending()).value(), 0) << "twice is once";
    const auto row = keys_->find({7})->value();
    EXPECT_EQ(row.status, GrantStatus::revoking);
    EXPECT_EQ(row.sealed_key, "") << "shown to nobody any more";
    EXPECT_FALSE(admin_->ledger_of({7})->at(0).ended_at);
    const auto revoking = admin_->list_revoking("", 10, std::nullopt);
    ASSERT_TRUE(revoking) << revoking.error().detail;
    ASSERT_EQ(revoking->size(), 1u);
    EXPECT_EQ(revoking->at(0).grant.delete_handle, "handle-7");
    EXPECT_EQ(revoking->at(0).actor + " " + revoking->at(0).reason, "github:1003 leaked");
    EXPECT_EQ(revoking->at(0).begun_at, clock_.now());
    EXPECT_TRUE(*keys_->knows("handle-7", "")) << "not an orphan meanwhile";

    clock_.advance(base::Seconds{5});
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now() + base::Seconds{9})) << "twice is once";
    EXPECT_FALSE(*keys_->find({7}));
    EXPECT_EQ(keys_->totals()->live, 0);
    const auto ledger = admin_->ledger_of({7});
    ASSERT_EQ(ledger->size(), 1u);
    const LedgerEntry& entry = ledger->at(0);
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
            const auto revoked = admin_->begin_revocations({grant.id}, ending());
            if (revoked) begun += *revoked;
            EXPECT_TRUE(admin_->finish_revocation(grant, clock_.now()));
        });
    }
    for (auto& admin : admins)
        admin.join();
    EXPECT_EQ(begun, 1);
    EXPECT_EQ(admin_->ledger_of({7})->size(), 1u);
    EXPECT_EQ(keys_->totals()->live, 0);
}

TEST_P(AdminStoreContract, WhatIsNotThereCannotBeRevoked) {
    EXPECT_EQ(admin_->begin_revocations({base::random_uuid()}, ending()).value(), 0);
    EXPECT_TRUE(admin_->ledger_of({7})->empty());
}

TEST_P(AdminStoreContract, ARevokedKeyIsOutOfReachOfAttempts) {
    const auto grant = issue(7);
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, ending()));
    const Attempt attempt{{7}, grant.id, grant.nonce};
    EXPECT_EQ(keys_->activate(attempt, {"h", "v1.x", "1"}).error().code, base::Errc::conflict);
    EXPECT_EQ(keys_->mark_ambiguous(attempt, "").error().code, base::Errc::conflict);
    EXPECT_EQ(keys_->release(attempt).error().code, base::Errc::conflict);
    EXPECT_TRUE(keys_->list_open_attempts(clock_.now(), "", 10)->empty());
}

TEST_P(AdminStoreContract, AHoldKeepsTheAccountFromTakingAnotherKeyForAsLongAsItSays) {
    const auto request = [&] {
        return ReserveRequest{{{7}, "x"}, base::random_uuid(), "nonce", {}, clock_.now(), clock_.now(), 0};
    };
    const auto grant = issue(7);
    const Hold hold{clock_.now() + base::Seconds{60}, "cool off"};
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, ending(hold)));
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    const auto refused = keys_->reserve(request());
    ASSERT_TRUE(refused) << refused.error().detail;
    ASSERT_TRUE(std::holds_alternative<OnHold>(*refused));
    EXPECT_EQ(std::get<OnHold>(*refused).hold.until, hold.until);
    EXPECT_EQ(keys_->find_account({7})->hold->reason, "cool off");
    clock_.advance(base::Seconds{60});
    EXPECT_TRUE(std::holds_alternative<Reserved>(*keys_->reserve(request())));
}

TEST_P(AdminStoreContract, AHoldWithoutAnEndLastsUntilItIsLifted) {
    ASSERT_TRUE(admin_->set_hold({7}, Hold{std::nullopt, "no"}, "cli:root", clock_.now()));
    ASSERT_TRUE(admin_->set_hold({7}, Hold{std::nullopt, "still no"}, "cli:root", clock_.now()));
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

TEST_P(AdminStoreContract, SortsAndFilters) {
    for (std::int64_t account = 1; account <= 6; ++account) {
        issue(account);
        clock_.advance(std::chrono::hours{24});
    }
    for (const auto& [account, spent] : std::vector<std::pair<int, int>>{{2, 700}, {5, 900}, {6, 700}}) {
        const auto changed =
            sql_->run("UPDATE llmapikey.api_keys SET spent_micro_usd = $1 WHERE openrouter_delete_hash = $2",
                      SqlValues().add(std::int64_t{spent}).add("handle-" + std::to_string(account)));
        ASSERT_TRUE(changed) << changed.error().detail;
    }
    GrantQuery query;
    query.now = clock_.now();
    query.order = GrantOrder::expires_soonest;
    EXPECT_EQ(accounts(query), (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
    query.order = GrantOrder::spent_most;
    EXPECT_EQ(accounts(query).front(), 5);
    query.is_unused = true;
    query.order = GrantOrder::newest;
    EXPECT_EQ(accounts(query), (std::vector<std::int64_t>{4, 3, 1}));
    EXPECT_EQ(admin_->count(query, 100).value(), 3);
    EXPECT_EQ(admin_->count(query, 2).value(), 2);
    query.is_unused = false;
    query.created_from = clock_.now() - std::chrono::days{3};
    query.created_before = clock_.now() - std::chrono::days{1};
    EXPECT_EQ(accounts(query), (std::vector<std::int64_t>{5, 4}));
    query.created_from = query.created_before = std::nullopt;
    clock_.advance(std::chrono::days{86});
    query.now = clock_.now();
    query.is_expired = true;
    EXPECT_EQ(accounts(query), (std::vector<std::int64_t>{3, 2, 1}));
    query.is_expired = std::nullopt;
    query.expires_by = clock_.now() + std::chrono::days{1};
    EXPECT_EQ(accounts(query), (std::vector<std::int64_t>{4}));
}

TEST_P(AdminStoreContract, FindsKeysThatWereNotUsedSinceADay) {
    const base::Timestamp begun = clock_.now();
    for (std::int64_t account = 1; account <= 5; ++account)
        issue(account);
    const auto used = [&](int account, base::Timestamp at) {
        return spending_->note({{"handle-" + std::to_string(account), {}, {}, {}, clock_.now(), at}}).has_value();
    };
    ASSERT_TRUE(used(1, begun + std::chrono::hours{1}) && used(2, begun + std::chrono::hours{50}));
    // Upstream does not say when this one was used, but that it was.
    ASSERT_TRUE(sql_->run("UPDATE llmapikey.api_keys SET spent_micro_usd = 5 WHERE openrouter_delete_hash = $1",
                          SqlValues().add("handle-3")));
    clock_.advance(std::chrono::hours{30});
    issue(6);
    GrantQuery query;
    query.not_used_since = begun + std::chrono::hours{24};
    query.order = GrantOrder::unused_longest;
    const auto found = accounts(query);
    EXPECT_EQ(std::set<std::int64_t>(found.begin(), found.end()), (std::set<std::int64_t>{1, 4, 5}));
    EXPECT_EQ(found.back(), 1) << "those never used come first";
    EXPECT_EQ(admin_->count(query, 100).value(), 3);
    query.not_used_since = std::nullopt;
    EXPECT_EQ(accounts(query).back(), 2);
}

TEST_P(AdminStoreContract, PagesInEveryOrder) {
    for (std::int64_t account = 1; account <= 9; ++account)
        issue(account);
    for (const auto order :
         {GrantOrder::newest, GrantOrder::expires_soonest, GrantOrder::spent_most, GrantOrder::unused_longest}) {
        std::set<std::int64_t> seen;
        GrantQuery query;
        query.order = order;
        query.limit = 2;
        int pages = 0;
        do {
            const auto page = admin_->list(query);
            ASSERT_TRUE(page) << page.error().detail;
            for (const Grant& grant : page->grants)
                EXPECT_TRUE(seen.insert(grant.github_user_id.value).second);
            query.cursor = page->next_cursor;
        } while (!query.cursor.empty() && ++pages < 20);
        EXPECT_EQ(seen.size(), 9u);
    }
}

TEST_P(AdminStoreContract, AChangeIsStoredAndRemainsNotedUntilUpstreamKnows) {
    const auto grant = issue(7);
    const auto off = admin_->begin_change(grant.id, {true, std::nullopt}, "first");
    ASSERT_TRUE(off) << off.error().detail;
    EXPECT_TRUE(off->is_disabled);
    EXPECT_EQ(off->unsynced, "first");
    const auto dearer = admin_->begin_change(grant.id, {std::nullopt, base::MicroUsd{9'000'000}}, "second");
    EXPECT_TRUE(dearer->is_disabled);
    EXPECT_EQ(dearer->daily_limit.value, 9'000'000);
    EXPECT_EQ(admin_->list_unsynced("", 10)->size(), 1u);
    EXPECT_FALSE(admin_->finish_change(grant.id, "first").value()) << "a later one is under way";
    EXPECT_TRUE(admin_->finish_change(grant.id, "second").value());
    EXPECT_TRUE(admin_->list_unsynced("", 10)->empty());
    GrantQuery query;
    query.is_disabled = true;
    EXPECT_EQ(accounts(query), (std::vector<std::int64_t>{7}));
    EXPECT_EQ(admin_->begin_change(reserve(8).id, {true, std::nullopt}, "x").error().code, base::Errc::conflict);
    EXPECT_EQ(admin_->begin_change(base::random_uuid(), {true, std::nullopt}, "x").error().code, base::Errc::not_found);
}

TEST_P(AdminStoreContract, ARevealIsSeenByTheOwner) {
    const auto grant = issue(7);
    EXPECT_FALSE(grant.reveal);
    ASSERT_TRUE(admin_->note_reveal(grant.id, {clock_.now(), "a test"}));
    const auto account = keys_->find_account({7});
    ASSERT_TRUE(account->grant->reveal);
    EXPECT_EQ(account->grant->reveal->at, clock_.now());
    EXPECT_EQ(account->grant->reveal->reason, "a test");
    EXPECT_EQ(admin_->note_reveal(base::random_uuid(), {clock_.now(), "x"}).error().code, base::Errc::not_found);
}

AuditEntry entry(const std::string& detail) {
    return {
        base::Timestamp{base::Seconds{1'800'000'000}}, "cli:root", "key.revoke", "account:1", "cli", "done", detail};
}

TEST_P(AdminStoreContract, TheAuditLogIsAChain) {
    EXPECT_EQ(verify_audit_log(*audit_)->entries, 0);
    for (const char* detail : {"first", "line\nbreak and \\ and \"quotes\"", "ünïcödé"})
        ASSERT_TRUE(audit_->append(entry(detail)));
    const auto report = verify_audit_log(*audit_);
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
    const auto report = verify_audit_log(*audit_);
    EXPECT_TRUE(report->faults.empty()) << report->faults[0].what;
    EXPECT_EQ(report->entries, 60);
}

INSTANTIATE_TEST_SUITE_P(Stores, AdminStoreContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

// One way each of tampering with five entries; the chain must show it.
class AuditTampering : public testing::TestWithParam<const char*> {};

TEST_P(AuditTampering, IsFound) {
    reset_schema();
    postgres::PostgresAuditLog log(open_database(postgres_url()));
    for (const char* detail : {"a", "b", "c", "d", "e"})
        ASSERT_TRUE(log.append(entry(detail)));
    ASSERT_TRUE(verify_audit_log(log)->faults.empty());
    run_sql(GetParam());
    EXPECT_EQ(verify_audit_log(log)->faults.size(), 1u);
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
