// Bulk changes while others decide about the same keys: between the look at a key and the step, and
// while owners replace their keys.
#include <thread>

#include "contract/bulk/bulk_change_fixture.hpp"
#include "support/waiting.hpp"

namespace llmapikey::test {
namespace {
using Fault = DoubtfulSql::Fault;

const std::string beginning = "UPDATE llmapikey.api_keys SET is_disabled";
const std::string changed_by_another = "skipped: github:1004 has changed this key since";
const std::string decided_later = "skipped: a later bulk change decides about this key";
const std::string waits_for_its_turn = "waiting: a later bulk change decides about this key, and has its turn first";
const std::string waits_for_the_next_key = "waiting: it is being replaced, and its next key is not there yet";

class BulkChangeRaces : public BulkChangeFixture {
protected:
    void change_by_another(const Grant& grant, const KeyChange& change) {
        EXPECT_TRUE(parts_.administration.change(grant.id, change, "", another));
    }
    void replace_by_owner(const Grant& grant) {
        EXPECT_TRUE(parts_.replacement.begin(grant, recipient_of(grant.github_user_id), "rotated",
                                             base::Deadline::after(base::Seconds{5})));
    }
    // The key of an account whose row waits is made.
    Grant make_next_key(const Grant& earlier) {
        const Grant waiting = row_of_account(earlier).value();
        const auto claimed = queue_->claim({{earlier.github_user_id, waiting.id, waiting.nonce},
                                            base::random_token(16),
                                            clock_.now(),
                                            clock_.now() + std::chrono::days{90},
                                            std::nullopt});
        EXPECT_TRUE(claimed) << (claimed ? "" : claimed.error().detail);
        const std::string handle = provider_.add_key("next-" + earlier.github_user_id.text(), clock_.now());
        EXPECT_TRUE(
            keys_->activate({earlier.github_user_id, claimed->id, claimed->nonce}, {handle, "v1.sealed", "next"}));
        return row_of_account(earlier).value();
    }
    Grant rotate_by_owner(const Grant& grant) {
        replace_by_owner(grant);
        return make_next_key(grant);
    }
};

TEST_P(BulkChangeRaces, AManualDecisionBetweenTheLookAndTheStepCounts) {
    const auto grants = issue_many(1000, 2);
    // What changes nothing is a decision, too.
    const auto disabling = begin(ChangeAct::disable, ids_of({grants[0]}));
    meddled_audit_.meddle([&] { change_by_another(grants[0], {false, std::nullopt}); });
    run(2);
    EXPECT_EQ(why(disabling, grants[0]), changed_by_another);
    EXPECT_FALSE(row(grants[0]).is_disabled || upstream(grants[0]).is_disabled);
    const auto capping = begin(ChangeAct::cap, ids_of({grants[1]}));
    meddled_audit_.meddle([&] { change_by_another(grants[1], {std::nullopt, base::MicroUsd{1'000'000}}); });
    run(2);
    EXPECT_EQ(why(capping, grants[1]), changed_by_another);
    EXPECT_EQ(row(grants[1]).daily_limit, base::MicroUsd{1'000'000});
}

TEST_P(BulkChangeRaces, AManualDecisionAboutAnotherMatterOverridesNothing) {
    const auto grant = issue_many(1000, 1)[0];
    const auto disabling = begin(ChangeAct::disable, ids_of({grant}));
    meddled_audit_.meddle([&] { change_by_another(grant, {std::nullopt, base::MicroUsd{1'000'000}}); });
    run(2);
    EXPECT_EQ(state_of(disabling).done, 1) << why(disabling, grant);
    EXPECT_TRUE(row(grant).is_disabled);
    EXPECT_EQ(row(grant).daily_limit, base::MicroUsd{1'000'000}) << "it stays as it was decided";
}

TEST_P(BulkChangeRaces, AYoungerBulkChangeThatIsDoneBetweenTheLookAndTheStepCounts) {
    const auto grant = issue_many(1000, 1)[0];
    const auto older = begin(ChangeAct::cap, ids_of({grant}));
    BulkChanger other{change_parts_};
    BulkChange younger;
    meddled_audit_.meddle([&] {
        auto lower = wanted(ChangeAct::cap, ids_of({grant}));
        lower.cap = base::MicroUsd{1'000'000};
        younger = changer_.begin(lower, 1).value();
        EXPECT_EQ(other.run_once({}), "");
        EXPECT_EQ(state_of(younger).done, 1) << why(younger, grant);
    });
    run(2);
    EXPECT_EQ(why(older, grant), decided_later);
    EXPECT_EQ(row(grant).daily_limit, base::MicroUsd{1'000'000});
}

TEST_P(BulkChangeRaces, AYoungerBulkChangeThatIsDecidedBetweenTheLookAndTheStepHasItsTurnFirst) {
    const auto grant = issue_many(1000, 1)[0];
    const auto older = begin(ChangeAct::disable, ids_of({grant}));
    BulkChanger patient{change_parts_, base::Seconds{60}};
    BulkChange younger;
    meddled_audit_.meddle(
        [&] { younger = patient.begin(wanted(ChangeAct::enable, "q=crowd-"), 1).value_or(BulkChange{}); });
    run(2);
    EXPECT_EQ(why(older, grant), waits_for_its_turn);
    EXPECT_FALSE(row(grant).is_disabled);
    ASSERT_TRUE(patient.stop(younger.id, another));
    run(2);
    EXPECT_EQ(state_of(older).done, 1) << why(older, grant);
}

TEST_P(BulkChangeRaces, ARevocationOrAHoldBetweenTheLookAndTheStepCounts) {
    const auto grants = issue_many(1000, 4);
    const auto disabling = begin(ChangeAct::disable, ids_of({grants[0]}));
    meddled_audit_.meddle([&] { EXPECT_TRUE(admin_->begin_revocations({grants[0].id}, ending())); });
    run(2);
    EXPECT_EQ(why(disabling, grants[0]), "skipped: it is being revoked by github:1003 (leaked)");
    const auto held = begin(ChangeAct::replace, ids_of({grants[1]}));
    meddled_audit_.meddle([&] {
        EXPECT_TRUE(admin_->set_hold(grants[1].github_user_id, Hold{std::nullopt, "abuse"}, "system", clock_.now()));
    });
    run(2);
    EXPECT_EQ(why(held, grants[1]), "skipped: its account is on hold");
    const auto disabled = begin(ChangeAct::replace, ids_of({grants[2]}));
    meddled_audit_.meddle([&] { change_by_another(grants[2], {true, std::nullopt}); });
    run(2);
    EXPECT_EQ(why(disabled, grants[2]), "skipped: it is disabled");
    const auto replaced = begin(ChangeAct::replace, ids_of({grants[3]}));
    meddled_audit_.meddle([&] { replace_by_owner(grants[3]); });
    run(2);
    EXPECT_EQ(why(replaced, grants[3]), "skipped: its owner replaced it");
}

TEST_P(BulkChangeRaces, AKeyThatChangesAtEveryLookIsTriedAgainLater) {
    const auto grant = issue_many(1000, 1)[0];
    const auto change = begin(ChangeAct::disable, ids_of({grant}));
    std::int64_t cap = 1'000'000;
    meddled_audit_.meddle([&] { change_by_another(grant, {std::nullopt, base::MicroUsd{++cap}}); }, 100);
    run(1);
    EXPECT_EQ(why(change, grant), "waiting: the key was changed again and again meanwhile");
    EXPECT_EQ(cap, 1'000'004) << "looks are counted";
    EXPECT_FALSE(row(grant).is_disabled);
    meddled_audit_.meddle([] {}, 0);
    run(10);
    EXPECT_EQ(state_of(change).done, 1) << why(change, grant);
}

TEST_P(BulkChangeRaces, AStepWhoseAnswerIsLostIsDoneOnce) {
    for (const Fault fault : {Fault::repeated, Fault::answer_lost, Fault::not_done}) {
        const auto grant = issue_many(1000 + 100 * static_cast<int>(fault), 1)[0];
        const auto change = begin(ChangeAct::cap, ids_of({grant}));
        doubtful_->strike(beginning, fault);
        run(1);
        EXPECT_EQ(state_of(change).done, fault == Fault::repeated ? 1 : 0);
        doubtful_->strike("", Fault::none);
        run(10);
        EXPECT_EQ(state_of(change).done, 1) << why(change, grant);
        EXPECT_EQ(upstream(grant).limit, base::MicroUsd{5'000'000});
    }
}

// Each statement of a run in turn, with each way to fail, and the run that comes after it.
TEST_P(BulkChangeRaces, WhicheverStatementFailsEachKeyIsDoneOnce) {
    const std::vector<std::string> statements = {
        "SELECT id, act",                                            // what is due, and how far it is
        "SELECT grant_id, github_user_id",                           // its keys
        "SET begun_at = coalesce",                                   // claiming one
        "SELECT (SELECT max(",                                       // what was decided later
        beginning,                                                   // the step
        "UPDATE llmapikey.bulk_change_targets SET state = $3",       // noting that it is done
        "UPDATE llmapikey.bulk_changes AS bulk SET state = 'done'",  // the end
    };
    std::int64_t account = 1000;
    for (const std::string& statement : statements) {
        for (const Fault fault : {Fault::repeated, Fault::answer_lost, Fault::not_done}) {
            const auto grants = issue_many(account, 2);
            account += 10;
            const auto disabling = begin(ChangeAct::disable, ids_of({grants[0]}));
            const auto replacing = begin(ChangeAct::replace, ids_of({grants[1]}));
            doubtful_->strike(statement, fault);
            run(2);
            doubtful_->strike("", Fault::none);
            run(4, base::Seconds{60});
            for (const auto& [change, grant] : {std::pair(disabling, grants[0]), std::pair(replacing, grants[1])}) {
                EXPECT_TRUE(state_of(change).is_done) << statement;
                EXPECT_EQ(state_of(change).done, 1) << statement << static_cast<int>(fault) << why(change, grant);
            }
            EXPECT_TRUE(upstream(grants[0]).is_disabled) << statement;
            EXPECT_EQ(row_of_account(grants[1])->status, GrantStatus::waiting) << statement;
            EXPECT_EQ(begun_entries(grants[1]), 1) << statement;
            EXPECT_LE(begun_entries(grants[0]), 2) << statement;
            // Its successor is not awaited, so that it brakes nothing.
            EXPECT_TRUE(sql_->run("DELETE FROM llmapikey.api_keys WHERE status = 'waiting'", {}));
        }
    }
}

TEST_P(BulkChangeRaces, TwoReplicasThatBothHoldTheLeaseDoEachKeyOnce) {
    const auto grants = issue_many(1000, 30);
    const auto disabling = begin(ChangeAct::disable, ids_of(grants));
    const auto others = issue_many(2000, 30);
    const auto replacing = begin(ChangeAct::replace, ids_of(others));
    BulkChanger other{change_parts_};
    std::thread replica([&] {
        for (int i = 0; i < 3; ++i)
            other.run_once({});
    });
    for (int i = 0; i < 3; ++i)
        changer_.run_once({});
    replica.join();
    run(3, base::Seconds{60});
    EXPECT_EQ(state_of(disabling).done, 30);
    EXPECT_EQ(state_of(replacing).done, 30);
    for (const Grant& grant : grants)
        EXPECT_EQ(begun_entries(grant), 1);
    for (const Grant& grant : others)
        EXPECT_EQ(begun_entries(grant), 1);
}

// A process that was suspended between its look and its step, for longer than its claim lasts.
TEST_P(BulkChangeRaces, AProcessThatComesLateOverridesNothing) {
    const auto grant = issue_many(1000, 1)[0];
    const auto change = begin(ChangeAct::disable, ids_of({grant}));
    BulkChanger other{change_parts_};
    meddled_audit_.meddle([&] {
        clock_.advance(base::Seconds{300});
        EXPECT_EQ(other.run_once({}), "");
        EXPECT_TRUE(state_of(change).is_done);
        EXPECT_TRUE(row(grant).is_disabled);
        change_by_another(grant, {false, std::nullopt});
    });
    run(2);
    EXPECT_EQ(state_of(change).done, 1);
    EXPECT_FALSE(row(grant).is_disabled || upstream(grant).is_disabled);
}

TEST_P(BulkChangeRaces, AStepThatTakesEffectAfterItsTargetWasSettledDoesNothing) {
    const auto grants = issue_many(1000, 2);
    const auto change = begin(ChangeAct::disable, ids_of(grants));
    auto targets = changes_.due_targets(change.id, clock_.now(), 10).value();
    ASSERT_EQ(targets.size(), 2u);
    const auto key = [&](const ChangeTarget& target) { return admin_->find_grant(target.grant_id).value().value(); };
    EXPECT_TRUE(changes_.begin(change, targets[0], key(targets[0]), "in time").value());
    targets[1].state = TargetState::skipped;
    ASSERT_TRUE(changes_.settle(change.id, targets[1]));
    EXPECT_FALSE(changes_.begin(change, targets[1], key(targets[1]), "late").value());
    EXPECT_TRUE(key(targets[0]).is_disabled);
    EXPECT_FALSE(key(targets[1]).is_disabled);
}

TEST_P(BulkChangeRaces, WhatOnlyWaitsKeepsNobodyBusy) {
    const auto grants = issue_many(1000, 3);
    const auto change = begin(ChangeAct::disable, ids_of(grants));
    for (const Grant& grant : grants)
        replace_by_owner(grant);
    changer_.run_once({});
    EXPECT_FALSE(changer_.is_busy());
    EXPECT_EQ(state_of(change).waiting(), 3);
}

// The row is locked when the step begins, so that its statement has looked at everything else
// before somebody decides, and goes on after that.
TEST_P(BulkChangeRaces, AStepThatWaitedForTheRowDoesNotOverrideWhatWasDecidedMeanwhile) {
    if (GetParam() == "sqlite") GTEST_SKIP() << "SQLite has one writer at a time";
    const auto grant = issue_many(1000, 1)[0];
    const auto change = begin(ChangeAct::disable, ids_of({grant}));
    const auto is_locked = [&] {
        const auto free = sql_->run("SELECT id FROM llmapikey.api_keys FOR UPDATE SKIP LOCKED", {});
        return free && free->rows.empty();
    };
    std::thread decider;
    meddled_audit_.meddle([&] {
        decider = std::thread([&] {
            const auto decided = sql_->run(
                "DO $do$ BEGIN PERFORM 1 FROM llmapikey.api_keys FOR UPDATE; "
                "FOR i IN 1..400 LOOP EXIT WHEN EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted); "
                "PERFORM pg_sleep(0.005); END LOOP; "
                "INSERT INTO llmapikey.audit_log SELECT 1000000, now(), 'github:1004', 'key.change', 'account:' || "
                "github_user_id || ' grant:' || id, '', 'begun', 'switch on', '' FROM llmapikey.api_keys; "
                "UPDATE llmapikey.api_keys SET unsynced = 'x'; UPDATE llmapikey.api_keys SET unsynced = NULL; "
                "END $do$",
                {});
            EXPECT_TRUE(decided) << decided.error().detail;
        });
        EXPECT_TRUE(becomes_true(is_locked));
    });
    run(2);
    if (decider.joinable()) decider.join();
    EXPECT_EQ(why(change, grant), changed_by_another);
    EXPECT_FALSE(row(grant).is_disabled);
}

TEST_P(BulkChangeRaces, AnOwnerEscapesNoDisableAndNoCapByReplacingTheKey) {
    const auto grants = issue_many(1000, 3);
    const auto disabling = begin(ChangeAct::disable, ids_of(grants));
    const auto capping = begin(ChangeAct::cap, ids_of(grants));
    const Grant once = rotate_by_owner(grants[0]);
    const Grant twice = rotate_by_owner(rotate_by_owner(grants[1]));
    replace_by_owner(grants[2]);
    run(2);
    EXPECT_EQ(why(disabling, grants[2]), waits_for_the_next_key);
    EXPECT_FALSE(state_of(disabling).is_done);
    const Grant later = make_next_key(grants[2]);
    run(4);
    for (const auto& change : {disabling, capping})
        EXPECT_EQ(state_of(change).done, 3)
            << why(change, grants[0]) << why(change, grants[1]) << why(change, grants[2]);
    for (const Grant& grant : {once, twice, later}) {
        EXPECT_TRUE(row(grant).is_disabled && upstream(grant).is_disabled);
        EXPECT_EQ(upstream(grant).limit, base::MicroUsd{5'000'000});
    }
}

TEST_P(BulkChangeRaces, AnOwnerWhoReplacesTheKeyBetweenTheLookAndTheStepDoesNotEscape) {
    const auto grant = issue_many(1000, 1)[0];
    const auto change = begin(ChangeAct::disable, ids_of({grant}));
    Grant next;
    meddled_audit_.meddle([&] { next = rotate_by_owner(grant); });
    run(2);
    EXPECT_EQ(state_of(change).done, 1) << why(change, grant);
    EXPECT_TRUE(row(next).is_disabled && upstream(next).is_disabled);
}

TEST_P(BulkChangeRaces, ADisabledKeyIsNotReplacedSoThatNothingIsToBeFollowed) {
    const auto grant = issue_many(1000, 1)[0];
    const auto change = begin(ChangeAct::disable, ids_of({grant}));
    run(2);
    ASSERT_EQ(state_of(change).done, 1);
    EXPECT_FALSE(parts_.replacement.begin(grant, recipient_of(grant.github_user_id), "rotated",
                                          base::Deadline::after(base::Seconds{5})));
    EXPECT_EQ(row(grant).status, GrantStatus::active);
}

TEST_P(BulkChangeRaces, WhatIsDecidedAboutTheNextKeyCountsToo) {
    const auto grants = issue_many(1000, 3);
    const auto older = begin(ChangeAct::disable, ids_of(grants));
    // Before the owner has replaced the key, after that, and by a bulk change of the next key.
    change_by_another(grants[0], {false, std::nullopt});
    rotate_by_owner(grants[0]);
    change_by_another(rotate_by_owner(grants[1]), {false, std::nullopt});
    const auto younger = begin(ChangeAct::enable, ids_of({rotate_by_owner(grants[2])}));
    run(4);
    EXPECT_EQ(why(older, grants[0]), changed_by_another);
    EXPECT_EQ(why(older, grants[1]), changed_by_another);
    EXPECT_EQ(why(older, grants[2]), decided_later);
    EXPECT_TRUE(state_of(younger).is_done);
    for (const Grant& grant : grants)
        EXPECT_FALSE(row_of_account(grant)->is_disabled);
}

TEST_P(BulkChangeRaces, AKeyThatWasGivenBackHasNoNextOne) {
    const auto grant = issue_many(1000, 1)[0];
    const auto change = begin(ChangeAct::disable, ids_of({grant}));
    Ending given_back = ending();
    given_back.actor = recipient_of(grant.github_user_id).actor;
    given_back.reason = "given back";
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, given_back));
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    issue_many(1000, 1);
    run(2);
    EXPECT_EQ(why(change, grant), "skipped: its owner gave it back");
    EXPECT_FALSE(row_of_account(grant)->is_disabled) << "it is a key that was decided anew";
}

TEST_P(BulkChangeRaces, AStoppedOneWaitsForNoNextKey) {
    const auto grant = issue_many(1000, 1)[0];
    const auto change = begin(ChangeAct::disable, ids_of({grant}));
    replace_by_owner(grant);
    run(2);
    ASSERT_TRUE(changer_.stop(change.id, organizer));
    run(2);
    EXPECT_TRUE(state_of(change).is_done);
    EXPECT_EQ(why(change, grant), "skipped: the bulk change was stopped before its turn");
}

TEST_P(BulkChangeRaces, AReasonThatNamesABulkChangeIsNotTakenForOne) {
    const auto grant = issue_many(1000, 1)[0];
    const auto change = begin(ChangeAct::disable, ids_of({grant}));
    EXPECT_TRUE(parts_.administration.change(grant.id, {false, std::nullopt},
                                             "see (bulk 01234567-89ab-4cde-8f01-23456789abcd)", another));
    run(2);
    EXPECT_EQ(why(change, grant), changed_by_another);
}

INSTANTIATE_TEST_SUITE_P(Stores, BulkChangeRaces, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
