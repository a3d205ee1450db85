// What every SettingsStore promises, and what settings do to keys that are made.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "settings/store_settings.hpp"
#include "support/memory_settings.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

const SettingActor grace{{"github:1003", "127.0.0.1"}, "grace"};

class SettingsStoreContract : public StoresUnderTest {
protected:
    SettingsStoreContract() {
        if (GetParam() == "memory") {
            store_ = std::make_unique<MemorySettings>(dynamic_cast<MemoryKeyStore&>(*keys_));
        } else {
            store_ = std::make_unique<SqlSettingsStore>(sql_);
        }
    }

    void set(SettingName setting, std::optional<SettingValue> value) {
        const auto stored = store_->put({{setting, std::move(value)}}, grace, clock_.now());
        EXPECT_TRUE(stored) << stored.error().detail;
    }
    void set_number(SettingName setting, std::int64_t number) { set(setting, SettingValue{number}); }

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
    // Returns the outcome of a reservation.
    ReserveOutcome reserve_for(std::int64_t account, std::int64_t max_total_keys = 0) {
        auto outcome = keys_->reserve(request_for(account, max_total_keys));
        EXPECT_TRUE(outcome) << outcome.error().detail;
        return outcome.value();
    }
    // Returns a row that waits for its turn.
    Grant queued(std::int64_t account) {
        auto request = request_for(account);
        request.is_queued = true;
        return std::get<Reserved>(keys_->reserve(request).value()).grant;
    }
    Claim claim_of(const Grant& grant) const {
        return {attempt_of(grant), base::random_token(16), clock_.now(), clock_.now() + std::chrono::days{90},
                base::MicroUsd{2'500'000}};
    }
    Ending ending_by(const std::string& actor) { return {actor, "rotated", std::nullopt, clock_.now(), ""}; }

    std::unique_ptr<SettingsStore> store_;
};

TEST_P(SettingsStoreContract, WhatIsPutIsListedWithWhoAndWhen) {
    EXPECT_TRUE(store_->list()->empty());
    const std::string text = "Caf\xc3\xa9 \"1\" & \\ {}";
    ASSERT_TRUE(store_->put({{SettingName::seats, SettingValue{std::int64_t{0}}},
                             {SettingName::organizer_name, SettingValue{text}},
                             {SettingName::event_name, std::nullopt}},
                            grace, clock_.now()));
    const auto stored = store_->list().value();
    ASSERT_EQ(stored.size(), 3u);
    for (const StoredSetting& each : stored) {
        EXPECT_EQ(each.set_at, clock_.now());
        EXPECT_EQ(each.set_by, "github:1003");
        EXPECT_EQ(each.set_by_login, "grace");
    }
    const auto value_of = [&](std::string_view name) {
        return std::find_if(stored.begin(), stored.end(), [&](const auto& each) { return each.name == name; })->value;
    };
    EXPECT_EQ(value_of("seats"), SettingValue{std::int64_t{0}}) << "0 is a value";
    EXPECT_EQ(value_of("organizer_name"), SettingValue{text});
    EXPECT_FALSE(value_of("event_name"));
    clock_.advance(base::Seconds{5});
    ASSERT_TRUE(store_->put({{SettingName::seats, std::nullopt}}, {{"cli:root", "cli"}, ""}, clock_.now()));
    const auto later = store_->list().value();
    for (const StoredSetting& each : later) {
        if (each.name != "seats") continue;
        EXPECT_FALSE(each.value);
        EXPECT_EQ(each.set_by, "cli:root");
        EXPECT_EQ(each.set_at, clock_.now());
    }
}

TEST_P(SettingsStoreContract, WhilePausedNothingIsReservedAndWhatIsThereIsFound) {
    issue(1);
    set_number(SettingName::minting_paused, 1);
    EXPECT_TRUE(std::holds_alternative<MintingPaused>(reserve_for(2)));
    EXPECT_FALSE(keys_->find({2}).value());
    EXPECT_TRUE(std::get<AlreadyHeld>(reserve_for(1)).is_paused);
    EXPECT_TRUE(keys_->totals()->is_paused);
    EXPECT_EQ(keys_->totals()->live, 1);
    set(SettingName::minting_paused, std::nullopt);
    EXPECT_FALSE(std::get<AlreadyHeld>(reserve_for(1)).is_paused);
    EXPECT_FALSE(keys_->totals()->is_paused);
    EXPECT_TRUE(std::holds_alternative<Reserved>(reserve_for(2)));
}

TEST_P(SettingsStoreContract, AnAttemptThatHadBegunIsFinishedWhilePaused) {
    const Grant grant = reserve(1);
    set_number(SettingName::minting_paused, 1);
    EXPECT_TRUE(keys_->activate(attempt_of(grant), {"handle", "v1.sealed", "1234"}));
}

TEST_P(SettingsStoreContract, NobodysTurnComesWhilePaused) {
    const Grant waiting = queued(1);
    set_number(SettingName::minting_paused, 1);
    EXPECT_EQ(queue_->claim(claim_of(waiting)).error().code, base::Errc::conflict);
    EXPECT_EQ(keys_->find({1}).value()->status, GrantStatus::waiting);
    set(SettingName::minting_paused, std::nullopt);
    EXPECT_TRUE(queue_->claim(claim_of(waiting)));
}

TEST_P(SettingsStoreContract, WhilePausedARecipientKeepsTheKeyAndAnOrganizerMayEndIt) {
    const Grant grant = issue(1);
    set_number(SettingName::minting_paused, 1);
    EXPECT_EQ(replacements_->begin_replacement(grant.id, ending_by("recipient:1")).error().code, base::Errc::conflict);
    EXPECT_EQ(keys_->find({1}).value()->status, GrantStatus::active);
    EXPECT_TRUE(admin_->ledger_of({1})->empty());
    EXPECT_TRUE(replacements_->begin_replacement(grant.id, ending_by("github:1003")));
}

TEST_P(SettingsStoreContract, SeatsThatAreSetCountInsteadOfTheCallersQuota) {
    issue(1);
    issue(2);
    set_number(SettingName::seats, 2);
    EXPECT_TRUE(std::holds_alternative<QuotaFull>(reserve_for(3, 500)));
    set_number(SettingName::seats, 1);
    EXPECT_TRUE(std::holds_alternative<QuotaFull>(reserve_for(3, 500)));
    EXPECT_EQ(keys_->totals()->live, 2) << "lowering takes no key away";
    set_number(SettingName::seats, 3);
    EXPECT_TRUE(std::holds_alternative<Reserved>(reserve_for(3, 1)));
    EXPECT_TRUE(std::holds_alternative<QuotaFull>(reserve_for(4, 500)));
    set_number(SettingName::seats, 0);
    EXPECT_TRUE(std::holds_alternative<Reserved>(reserve_for(4, 1))) << "no limit";
    set(SettingName::seats, std::nullopt);
    EXPECT_TRUE(std::holds_alternative<QuotaFull>(reserve_for(5, 4)));
}

TEST_P(SettingsStoreContract, ANewKeyHasTheCapAndLifetimeThatAreSet) {
    set_number(SettingName::daily_limit, 25'000'000);
    set_number(SettingName::key_lifetime, 7);
    const Grant grant = std::get<Reserved>(reserve_for(1)).grant;
    EXPECT_EQ(grant.daily_limit.value, 25'000'000);
    EXPECT_EQ(grant.expires_at, clock_.now() + std::chrono::days{7});
    set(SettingName::daily_limit, std::nullopt);
    set(SettingName::key_lifetime, std::nullopt);
    const Grant next = std::get<Reserved>(reserve_for(2)).grant;
    EXPECT_EQ(next.daily_limit.value, 2'500'000);
    EXPECT_EQ(next.expires_at, clock_.now() + std::chrono::days{90});
    EXPECT_EQ(keys_->find({1}).value()->daily_limit.value, 25'000'000) << "its own";
}

TEST_P(SettingsStoreContract, ATurnHasTheTermsOfItsTime) {
    const Grant first = queued(1), second = queued(2);
    set_number(SettingName::daily_limit, 25'000'000);
    set_number(SettingName::key_lifetime, 7);
    const Grant claimed = queue_->claim(claim_of(first)).value();
    EXPECT_EQ(claimed.daily_limit.value, 25'000'000);
    EXPECT_EQ(claimed.expires_at, clock_.now() + std::chrono::days{7});
    auto keeping = claim_of(second);
    keeping.daily_limit.reset();
    EXPECT_EQ(queue_->claim(keeping)->daily_limit.value, 2'500'000) << "a row that keeps its own cap";
}

// Sixty people press the button while an organizer lowers the seats: once the change has returned,
// nobody gets a seat by the former terms.
TEST_P(SettingsStoreContract, AChangeIsExactUnderConcurrentReservations) {
    std::atomic<bool> is_set{false};
    std::atomic<int> reserved_after{0};
    std::vector<std::thread> people;
    for (std::int64_t account = 1; account <= 60; ++account) {
        people.emplace_back([&, account] {
            if (account % 4 == 0)
                while (!is_set)
                    std::this_thread::yield();
            const bool is_after = is_set;
            const auto outcome = keys_->reserve(request_for(account, 500));
            if (is_after && outcome && std::holds_alternative<Reserved>(*outcome)) ++reserved_after;
        });
    }
    set_number(SettingName::minting_paused, 1);
    is_set = true;
    const std::int64_t live = keys_->totals()->live;
    for (auto& person : people)
        person.join();
    EXPECT_EQ(reserved_after, 0);
    EXPECT_EQ(keys_->totals()->live, live) << "none that had begun before is committed after";
}

INSTANTIATE_TEST_SUITE_P(Stores, SettingsStoreContract, testing::Values("sqlite", "postgres", "pgbouncer", "memory"),
                         [](const auto& store) { return store.param; });

// The race that READ COMMITTED leaves open: a reservation has begun, has read the terms, and waits
// for the row of the totals, while a pause is committed.
TEST(PostgresSettings, AReservationThatWaitsWhileAPauseIsCommittedTakesNoPlace) {
    reset_schema();
    const auto database = open_database(postgres_url());
    postgres::PostgresKeyStore keys(database);
    const ManualClock clock;
    const auto other = connect(postgres_url());
    const auto soon = [] { return base::Deadline::after(base::Seconds{20}); };
    ASSERT_TRUE(
        other->execute("BEGIN; UPDATE llmapikey.totals SET settings_version = settings_version + 1; "
                       "INSERT INTO llmapikey.settings (name, number, set_at, set_by, set_by_login) "
                       "VALUES ('minting_paused', 1, 0, 'github:1003', '')",
                       soon()));
    base::Result<ReserveOutcome> outcome = base::fail(base::Errc::internal, "nothing yet");
    std::thread person([&] {
        outcome = keys.reserve({{7},
                                "login",
                                base::random_uuid(),
                                base::random_token(16),
                                base::MicroUsd{2'500'000},
                                clock.now(),
                                clock.now() + std::chrono::days{90},
                                0});
    });
    const auto end = soon();
    while (run_sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == "0" && !end.has_passed())
        std::this_thread::yield();
    EXPECT_TRUE(other->execute("COMMIT", soon()));
    person.join();
    ASSERT_TRUE(outcome) << outcome.error().detail;
    EXPECT_TRUE(std::holds_alternative<MintingPaused>(*outcome));
    EXPECT_EQ(keys.totals()->live, 0);
}

}  // namespace
}  // namespace llmapikey::test
