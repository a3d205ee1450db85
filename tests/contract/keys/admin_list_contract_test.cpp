// What the lists of an AdminStore promise: order, pages, searches and filters. Asked of databases
// only: the fake's know less (tests/support/memory_key_store.hpp).
#include <gtest/gtest.h>

#include <set>

#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

class AdminListContract : public StoresUnderTest {};

TEST_P(AdminListContract, ListsNewestFirstPageByPageWithoutGapOrRepetition) {
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

TEST_P(AdminListContract, FindsByPartOfALoginByIdAndByHint) {
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

TEST_P(AdminListContract, FindsARenamedAccountByItsNewLoginOnly) {
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

TEST_P(AdminListContract, APartThatFitsVeryManyIsFoundFromTheNewestOn) {
    for (std::int64_t account = 1; account <= 1100; ++account)
        reserve(account, "crowd-" + std::to_string(account));
    GrantQuery query;
    query.search = "crowd-";
    query.limit = 3;
    EXPECT_EQ(accounts(query).size(), 3u);
    query.search = "crowd-1099";
    EXPECT_EQ(accounts(query), (std::vector<std::int64_t>{1099}));
}

TEST_P(AdminListContract, ACursorOfSomebodyElseIsRefused) {
    GrantQuery query;
    for (const char* cursor : {"x", "1", "1.x", "1.' OR 1", "n-1.00000000-0000-0000-0000-000000000000",
                               "e1.00000000-0000-0000-0000-000000000000", "n.00000000-0000-0000-0000-000000000000"}) {
        query.cursor = cursor;
        const auto page = admin_->list(query);
        ASSERT_FALSE(page) << cursor;
        EXPECT_EQ(page.error().code, base::Errc::invalid_input);
    }
}

TEST_P(AdminListContract, ACursorWithATimeThatNobodyKnowsIsRefused) {
    const std::string id = ".00000000-0000-0000-0000-000000000000";
    GrantQuery query;
    for (const std::string order : {"n", "e"}) {
        query.order = order == "n" ? GrantOrder::newest : GrantOrder::expires_soonest;
        query.cursor = order + "253402300799999999" + id;
        EXPECT_TRUE(admin_->list(query)) << order;
        for (const char* value : {"253402300800000000", "9223372036854775807"}) {
            query.cursor = order + value + id;
            const auto page = admin_->list(query);
            ASSERT_FALSE(page) << value;
            EXPECT_EQ(page.error().code, base::Errc::invalid_input);
        }
    }
}

TEST_P(AdminListContract, SortsAndFilters) {
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

TEST_P(AdminListContract, FindsKeysThatWereNotUsedSinceADay) {
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

TEST_P(AdminListContract, PagesInEveryOrder) {
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

INSTANTIATE_TEST_SUITE_P(Stores, AdminListContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
