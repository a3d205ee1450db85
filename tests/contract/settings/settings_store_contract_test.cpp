// What every SettingsStore promises, and what settings do to keys that are made.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <thread>

#include "settings/store_settings.hpp"
#include "support/doubtful_sql.hpp"
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

    std::int64_t version() { return store_->list()->version; }
    base::Result<void> put(const std::vector<SettingChange>& changes) {
        return store_->put(changes, version(), grace, clock_.now());
    }
    void set(SettingName setting, std::optional<SettingValue> value) {
        const auto stored = put({{setting, std::move(value)}});
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
    EXPECT_TRUE(store_->list()->settings.empty());
    const std::string text = "Caf\xc3\xa9 \"1\" & \\ {}";
    ASSERT_TRUE(put({{SettingName::seats, SettingValue{std::int64_t{0}}},
                     {SettingName::organizer_name, SettingValue{text}},
                     {SettingName::event_name, std::nullopt}}));
    const auto stored = store_->list()->settings;
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
    ASSERT_TRUE(store_->put({{SettingName::seats, std::nullopt}}, version(), {{"cli:root", "cli"}, ""}, clock_.now()));
    const auto later = store_->list()->settings;
    for (const StoredSetting& each : later) {
        if (each.name != "seats") continue;
        EXPECT_FALSE(each.value);
        EXPECT_EQ(each.set_by, "cli:root");
        EXPECT_EQ(each.set_at, clock_.now());
    }
}

TEST_P(SettingsStoreContract, WhatExpectsAnotherVersionStoresNothing) {
    const std::int64_t former = version();
    set_number(SettingName::minting_paused, 1);
    EXPECT_GT(version(), former);
    const std::vector<SettingChange> late{{SettingName::minting_paused, std::nullopt},
                                          {SettingName::seats, SettingValue{std::int64_t{7}}}};
    EXPECT_EQ(store_->put(late, former, grace, clock_.now()).error().code, base::Errc::conflict);
    EXPECT_TRUE(keys_->totals()->is_paused);
    EXPECT_EQ(store_->list()->settings.size(), 1u);
    EXPECT_TRUE(store_->put(late, version(), grace, clock_.now()));
    EXPECT_FALSE(keys_->totals()->is_paused);
    EXPECT_EQ(store_->list()->settings.size(), 2u);
}

TEST_P(SettingsStoreContract, OfManyChangesOfOneVersionOneIsStored) {
    for (int round = 0; round < 10; ++round) {
        const std::int64_t seen = version();
        std::atomic<int> stored{0};
        std::vector<std::thread> organizers;
        for (std::int64_t seats = 1; seats <= 4; ++seats) {
            organizers.emplace_back([&, seats] {
                const auto done = store_->put({{SettingName::seats, SettingValue{seats}}}, seen, grace, clock_.now());
                if (done) ++stored;
                EXPECT_TRUE(done || done.error().code == base::Errc::conflict) << done.error().detail;
            });
        }
        for (auto& organizer : organizers)
            organizer.join();
        EXPECT_EQ(stored, 1);
    }
}

TEST_P(SettingsStoreContract, OfManyPeopleOneBecomesTheFirstAdmin) {
    for (std::int64_t round = 0; round < 5; ++round) {
        std::atomic<int> made{0};
        std::atomic<std::int64_t> first{0};
        std::vector<std::thread> people;
        for (std::int64_t id = 1; id <= 4; ++id) {
            people.emplace_back([&, id] {
                const SettingActor actor{{"github:" + std::to_string(id), "127.0.0.1"}, "login"};
                const auto claimed = store_->claim_first_admin({id}, actor, clock_.now());
                ASSERT_TRUE(claimed) << claimed.error().detail;
                if (!*claimed) return;
                ++made;
                first = id;
            });
        }
        for (auto& person : people)
            person.join();
        EXPECT_EQ(made, 1);
        const SettingsState state({}, store_->list().value());
        EXPECT_EQ(state.first_admin(), GithubUserId{first.load()});
        EXPECT_FALSE(store_->claim_first_admin({9}, grace, clock_.now()).value()) << "there is one";
        EXPECT_TRUE(store_->remove_first_admin(grace, clock_.now()).value());
        EXPECT_FALSE(store_->remove_first_admin(grace, clock_.now()).value());
        EXPECT_EQ(SettingsState({}, store_->list().value()).first_admin(), std::nullopt);
    }
}

TEST_P(SettingsStoreContract, AnAnswerAboutTheFirstAdminThatIsLostIsLookedUp) {
    if (!sql_) GTEST_SKIP() << "memory loses no connection";
    for (const auto fault : {DoubtfulSql::Fault::answer_lost, DoubtfulSql::Fault::repeated}) {
        const auto doubtful = std::make_shared<DoubtfulSql>(sql_);
        SqlSettingsStore store(doubtful);
        Settings settings(store, {}, *audit_, clock_);
        const auto outcome = [&] { return audit_->read(0, 100).value().back().entry.outcome; };
        doubtful->strike("VALUES ($1, $2, NULL, $3, $4, $5)", fault);
        const auto claimed = settings.claim_first_admin({{1003}, "grace"}, grace.by);
        EXPECT_TRUE(claimed && *claimed);
        EXPECT_EQ(outcome(), "done");
        doubtful->strike("SET number = NULL", fault);
        const auto removed = settings.remove_first_admin(grace);
        EXPECT_TRUE(removed && *removed);
        EXPECT_EQ(outcome(), "done");
        EXPECT_EQ(SettingsState({}, store_->list().value()).first_admin(), std::nullopt);
    }
    Settings settings(*store_, {}, *audit_, clock_);
    EXPECT_TRUE(settings.claim_first_admin({{1001}, "ada"}, {"github:1001", ""}).value());
    EXPECT_FALSE(settings.claim_first_admin({{1003}, "grace"}, grace.by).value()) << "somebody else was first";
}

TEST_P(SettingsStoreContract, TheFirstAdminIsNoSettingAndOverwritesNone) {
    set_number(SettingName::seats, 7);
    const std::string former = SettingsState({}, store_->list().value()).version();
    ASSERT_TRUE(store_->claim_first_admin({1003}, grace, clock_.now()).value());
    const SettingsState state({}, store_->list().value());
    EXPECT_EQ(state.first_admin(), GithubUserId{1003});
    EXPECT_EQ(state.of(SettingName::seats).value, SettingValue{std::int64_t{7}});
    EXPECT_NE(state.version(), former) << "replicas learn of it";
    set_number(SettingName::seats, 8);
    EXPECT_EQ(SettingsState({}, store_->list().value()).first_admin(), GithubUserId{1003});
}

TEST_P(SettingsStoreContract, AWaitIsEndedBecauseOfAPauseOnlyWhileThereIsOne) {
    const Grant waiting = queued(1);
    const auto abandon = [&] {
        return keys_->abandon(attempt_of(waiting), MintProblem::paused, clock_.now(), AbandonIf::paused);
    };
    EXPECT_EQ(abandon().error().code, base::Errc::conflict);
    EXPECT_EQ(keys_->find({1}).value()->status, GrantStatus::waiting);
    EXPECT_EQ(queue_->past_of({1})->problem, MintProblem::none);
    set_number(SettingName::minting_paused, 1);
    EXPECT_TRUE(abandon());
    EXPECT_FALSE(keys_->find({1}).value());
    EXPECT_EQ(keys_->totals()->live, 0);
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

// The races that READ COMMITTED leaves open: somebody has read the terms, and waits for a lock
// while they change.
class PostgresSettings : public testing::Test {
protected:
    PostgresSettings() {
        reset_schema();
        database_ = open_database(postgres_url());
        sql_ = std::make_shared<postgres::PostgresSql>(database_);
        keys_ = std::make_unique<postgres::PostgresKeyStore>(database_);
        queue_ = std::make_unique<SqlMintQueue>(sql_);
        replacements_ =
            std::make_unique<SqlReplacementStore>(sql_, std::make_shared<postgres::PostgresGrantEndings>(database_));
        settings_ = std::make_unique<SqlSettingsStore>(sql_);
        other_ = connect(postgres_url());
    }

    static base::Deadline soon() { return base::Deadline::after(base::Seconds{20}); }
    void in_other(const std::string& statements) { ASSERT_TRUE(other_->execute(statements, soon())); }
    // Waits until so many statements wait for a lock, or `is_over`.
    static void await_waiting(const std::string& count, const std::atomic<bool>& is_over) {
        const auto end = soon();
        const std::string waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
        while (run_sql(waiting) != count && !is_over && !end.has_passed())
            std::this_thread::yield();
    }
    static void await_waiting(const std::string& count) { await_waiting(count, false); }

    base::Result<ReserveOutcome> reserve(bool is_queued = false) {
        return keys_->reserve({{7},
                               "login",
                               base::random_uuid(),
                               base::random_token(16),
                               base::MicroUsd{2'500'000},
                               clock_.now(),
                               clock_.now() + std::chrono::days{90},
                               0,
                               is_queued});
    }
    Grant reserved(bool is_queued) { return std::get<Reserved>(reserve(is_queued).value()).grant; }
    Grant active() {
        const Grant grant = reserved(false);
        EXPECT_TRUE(keys_->activate(attempt_of(grant), {"handle", "v1.sealed", "1234"}));
        return keys_->find({7}).value().value();
    }
    base::Result<Grant> claim(const Grant& grant) {
        return queue_->claim({attempt_of(grant), base::random_token(16), clock_.now(),
                              clock_.now() + std::chrono::days{90}, base::MicroUsd{2'500'000}});
    }
    base::Result<Grant> rotate(const Grant& grant) {
        return replacements_->begin_replacement(grant.id, {"recipient:7", "rotated", std::nullopt, clock_.now(), ""});
    }
    base::Result<void> pause() {
        return settings_->put({{SettingName::minting_paused, SettingValue{std::int64_t{1}}}},
                              settings_->list()->version, grace, clock_.now());
    }

    // `step` waits for its row, which somebody else changes meanwhile, while an organizer pauses.
    // Returns whether it was made after the pause had returned.
    bool is_made_after_pause(const std::function<bool()>& step) {
        in_other("BEGIN; UPDATE llmapikey.api_keys SET github_username = 'renamed'");
        bool is_made = false;
        std::thread person([&] { is_made = step(); });
        await_waiting("1");
        std::atomic<bool> is_paused{false};
        std::thread organizer([&] {
            EXPECT_TRUE(pause());
            is_paused = true;
        });
        await_waiting("2", is_paused);
        const bool is_after = is_paused;
        in_other("COMMIT");
        person.join();
        organizer.join();
        EXPECT_TRUE(keys_->totals()->is_paused);
        return is_after && is_made;
    }
    // `step` begins while a change is stored, but not yet committed.
    bool is_made_during(const std::string& name, const std::function<bool()>& step) {
        in_other("BEGIN; " + counting +
                 "; INSERT INTO llmapikey.settings (name, number, set_at, set_by, set_by_login) "
                 "VALUES ('" +
                 name + "', 1, 0, 'github:1003', '')");
        bool is_made = false;
        std::thread person([&] { is_made = step(); });
        await_waiting("1");
        in_other("COMMIT");
        person.join();
        return is_made;
    }

    // What SettingsStore::put() does in the same transaction.
    const std::string counting =
        "UPDATE llmapikey.settings_version SET version = version + 1; "
        "UPDATE llmapikey.totals SET settings_version = settings_version + 1";
    const ManualClock clock_;
    std::shared_ptr<postgres::Database> database_;
    std::shared_ptr<SqlDatabase> sql_;
    std::unique_ptr<KeyStore> keys_;
    std::unique_ptr<MintQueue> queue_;
    std::unique_ptr<ReplacementStore> replacements_;
    std::unique_ptr<SettingsStore> settings_;
    std::unique_ptr<postgres::Connection> other_;
};

TEST_F(PostgresSettings, AReservationThatWaitsWhileAPauseIsCommittedTakesNoPlace) {
    EXPECT_FALSE(is_made_during("minting_paused", [&] {
        const auto outcome = reserve();
        return !outcome || !std::holds_alternative<MintingPaused>(*outcome);
    }));
    EXPECT_EQ(keys_->totals()->live, 0);
}

TEST_F(PostgresSettings, ATurnThatWaitsForItsRowIsNotTakenAfterThePause) {
    const Grant grant = reserved(true);
    EXPECT_FALSE(is_made_after_pause([&] { return claim(grant).has_value(); }));
}

TEST_F(PostgresSettings, ATurnThatBeginsWhileAPauseIsCommittedIsNotTaken) {
    const Grant grant = reserved(true);
    EXPECT_FALSE(is_made_during("minting_paused", [&] { return claim(grant).has_value(); }));
    EXPECT_EQ(keys_->find({7}).value()->status, GrantStatus::waiting);
}

TEST_F(PostgresSettings, AReplacementThatWaitsForItsRowDoesNotBeginAfterThePause) {
    const Grant grant = active();
    EXPECT_FALSE(is_made_after_pause([&] { return rotate(grant).has_value(); }));
}

TEST_F(PostgresSettings, AReplacementThatBeginsWhileAPauseIsCommittedLeavesTheKey) {
    const Grant grant = active();
    EXPECT_FALSE(is_made_during("minting_paused", [&] { return rotate(grant).has_value(); }));
    EXPECT_EQ(keys_->find({7}).value()->status, GrantStatus::active);
}

TEST_F(PostgresSettings, AnotherChangeDoesNotStopAReplacement) {
    const Grant grant = active();
    EXPECT_TRUE(is_made_during("seats", [&] { return rotate(grant).has_value(); }));
}

}  // namespace
}  // namespace llmapikey::test
