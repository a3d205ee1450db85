// What every KeyStore promises, asked of each.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "base/crypto.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_key_store.hpp"
#include "support/postgres_database.hpp"
#include "support/sqlite_database.hpp"

namespace llmapikey::test {
namespace {

class KeyStoreContract : public testing::TestWithParam<std::string> {
protected:
    KeyStoreContract() {
        if (GetParam() == "sqlite") store_ = open_migrated(folder_.file());
        if (GetParam() == "postgres") store_ = open_emptied(postgres_url());
        if (GetParam() == "pgbouncer") store_ = open_emptied(pgbouncer_url());
        if (GetParam() == "memory") store_ = std::make_unique<MemoryKeyStore>();
    }

    ReserveRequest request_for(std::int64_t account, std::int64_t max_total_keys = 0) const {
        return {{account},
                "login-" + std::to_string(account),
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
        EXPECT_TRUE(outcome) << outcome.error().detail;
        EXPECT_TRUE(outcome && std::holds_alternative<Reserved>(*outcome));
        return {{account}, request.grant_id, request.nonce};
    }
    Grant grant_of(std::int64_t account) { return store_->find({account})->value(); }
    std::int64_t live() { return store_->totals()->live; }

    TemporaryFolder folder_;
    ManualClock clock_;
    std::unique_ptr<KeyStore> store_;
};

const Activation activation{"handle", "v1.sealed", "1234"};

TEST_P(KeyStoreContract, AReservationIsAPendingRowWithAllThatWasAsked) {
    const auto request = request_for(7);
    const auto outcome = store_->reserve(request);
    ASSERT_TRUE(outcome);
    const auto& grant = std::get<Reserved>(*outcome).grant;
    for (const Grant& each : {grant, grant_of(7)}) {
        EXPECT_EQ(each.id, request.grant_id);
        EXPECT_EQ(each.github_user_id.value, 7);
        EXPECT_EQ(each.github_username, "login-7");
        EXPECT_EQ(each.status, GrantStatus::pending);
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
    EXPECT_EQ(std::get<AlreadyHeld>(*second).grant.nonce, first.nonce);
    EXPECT_EQ(live(), 1);
}

TEST_P(KeyStoreContract, NoTwoRowsHaveTheSameKey) {
    ASSERT_TRUE(store_->activate(reserve(1), activation));
    const Attempt second = reserve(2);
    EXPECT_EQ(store_->activate(second, activation).error().code, base::Errc::conflict);
    EXPECT_TRUE(store_->activate(second, {"another handle", "v1.sealed", "1234"}));
}

TEST_P(KeyStoreContract, WhoIsQueuedTakesAPlaceAndWaits) {
    auto request = request_for(7, 1);
    request.is_queued = true;
    const auto outcome = store_->reserve(request);
    ASSERT_TRUE(outcome) << outcome.error().detail;
    EXPECT_EQ(std::get<Reserved>(*outcome).grant.status, GrantStatus::waiting);
    EXPECT_EQ(live(), 1);
    EXPECT_TRUE(std::holds_alternative<QuotaFull>(*store_->reserve(request_for(8, 1))));
    EXPECT_TRUE(store_->list_open_attempts(clock_.now(), "", 10)->empty()) << "no attempt is in doubt";
    const Attempt attempt{{7}, request.grant_id, request.nonce};
    EXPECT_EQ(store_->activate(attempt, activation).error().code, base::Errc::conflict);
    EXPECT_EQ(store_->release(attempt).error().code, base::Errc::conflict);
    EXPECT_EQ(store_->abandon({{7}, request.grant_id, "x"}, {}, clock_.now()).error().code, base::Errc::conflict);
    EXPECT_TRUE(store_->abandon(attempt, MintProblem::paused, clock_.now()));
    EXPECT_EQ(live(), 0);
    EXPECT_EQ(store_->abandon(attempt, MintProblem::paused, clock_.now()).error().code, base::Errc::conflict);
}

TEST_P(KeyStoreContract, TheQuotaIsExactOneByOne) {
    for (std::int64_t account = 1; account <= 3; ++account) {
        EXPECT_TRUE(std::holds_alternative<Reserved>(*store_->reserve(request_for(account, 3))));
    }
    EXPECT_TRUE(std::holds_alternative<QuotaFull>(*store_->reserve(request_for(4, 3))));
    EXPECT_TRUE(std::holds_alternative<AlreadyHeld>(*store_->reserve(request_for(2, 3))));
    const Grant freed = grant_of(1);
    ASSERT_TRUE(store_->release({{1}, freed.id, freed.nonce}));
    EXPECT_TRUE(std::holds_alternative<Reserved>(*store_->reserve(request_for(4, 3))));
    EXPECT_EQ(live(), 3);
}

TEST_P(KeyStoreContract, SixtyAccountsWithRoomForTenGetTen) {
    std::atomic<int> reserved{0}, full{0};
    std::vector<std::thread> people;
    for (std::int64_t account = 1; account <= 60; ++account) {
        people.emplace_back([&, account] {
            const auto outcome = store_->reserve(request_for(account, 10));
            if (outcome && std::holds_alternative<Reserved>(*outcome)) ++reserved;
            if (outcome && std::holds_alternative<QuotaFull>(*outcome)) ++full;
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
            if (outcome && std::holds_alternative<Reserved>(*outcome)) ++reserved;
            if (outcome && std::holds_alternative<AlreadyHeld>(*outcome)) ++held;
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
    const Grant grant = grant_of(7);
    EXPECT_EQ(grant.status, GrantStatus::active);
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
    EXPECT_EQ(grant_of(7).status, GrantStatus::active);
}

TEST_P(KeyStoreContract, AnOvertakenAttemptChangesNothing) {
    const Attempt first = reserve(7);
    ASSERT_TRUE(store_->release(first));
    const Attempt second = reserve(7);
    EXPECT_EQ(store_->activate(first, activation).error().code, base::Errc::conflict);
    EXPECT_EQ(store_->activate({{7}, second.grant_id, first.nonce}, activation).error().code, base::Errc::conflict);
    EXPECT_EQ(store_->mark_ambiguous(first, "x").error().code, base::Errc::conflict);
    EXPECT_EQ(store_->release(first).error().code, base::Errc::conflict);
    EXPECT_EQ(grant_of(7).nonce, second.nonce);
    EXPECT_EQ(grant_of(7).status, GrantStatus::pending);
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
    const Grant active = grant_of(3);
    ASSERT_TRUE(store_->activate({{3}, active.id, active.nonce}, activation));
    const base::Timestamp by = clock_.now();
    clock_.advance(base::Seconds{10});
    reserve(6);
    std::vector<std::int64_t> seen;
    std::string after;
    for (auto page = store_->list_open_attempts(by, after, 3); !page->empty();
         page = store_->list_open_attempts(by, after, 3)) {
        EXPECT_LE(page->size(), 3u);
        for (const Grant& grant : *page)
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

TEST_P(KeyStoreContract, TheTotalsStayTrueWhileRowsComeAndGo) {
    std::vector<std::thread> people;
    for (std::int64_t account = 1; account <= 8; ++account) {
        people.emplace_back([&, account] {
            for (int round = 0; round < 15; ++round) {
                const auto outcome = store_->reserve(request_for(account, 6));
                ASSERT_TRUE(outcome) << outcome.error().detail;
                const auto* reserved = std::get_if<Reserved>(&*outcome);
                if (reserved == nullptr) continue;
                ASSERT_TRUE(store_->release({{account}, reserved->grant.id, reserved->grant.nonce}));
            }
        });
    }
    for (auto& person : people)
        person.join();
    EXPECT_EQ(live(), 0);
}

TEST_P(KeyStoreContract, OneAttemptIsReleasedOnce) {
    const Attempt attempt = reserve(7);
    reserve(8);
    std::atomic<int> released{0};
    std::vector<std::thread> settlers;
    for (int i = 0; i < 20; ++i)
        settlers.emplace_back([&] { released += store_->release(attempt) ? 1 : 0; });
    for (auto& settler : settlers)
        settler.join();
    EXPECT_EQ(released, 1);
    EXPECT_EQ(live(), 1);
}

TEST_P(KeyStoreContract, IsReady) {
    EXPECT_TRUE(store_->check());
}

TEST_P(KeyStoreContract, HostileTextIsJustText) {
    auto request = request_for(7);
    request.login = "x'); DROP TABLE api_keys; --";
    ASSERT_TRUE(store_->reserve(request));
    EXPECT_EQ(grant_of(7).github_username, request.login);
}

INSTANTIATE_TEST_SUITE_P(Stores, KeyStoreContract, testing::Values("sqlite", "memory", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
