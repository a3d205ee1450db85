// Bulk changes over real databases and an upstream in memory: what they mean and do, and what
// becomes of keys that fail, that others change meanwhile, and of work that is interrupted.
#include "contract/bulk/bulk_change_fixture.hpp"

namespace llmapikey::test {
namespace {
using Fault = DoubtfulSql::Fault;

const std::string deciding = "INSERT INTO llmapikey.bulk_changes";
const base::Error forbidden{base::Errc::misconfigured, "OpenRouter answers 403", {}};
const base::Error broken{base::Errc::upstream_down, "OpenRouter answers 502", {}};
const base::Error refused_for_good{base::Errc::upstream_refused, "OpenRouter answers 400", {}};
const base::Error too_fast{base::Errc::rate_limited, "OpenRouter answers 429", {}};

class BulkChanges : public BulkChangeFixture {};

TEST_P(BulkChanges, EachActIsDoneToEveryKeyThatIsMeantAndToNoOther) {
    const auto grants = issue_many(1000, 3);
    const auto bystander = issue_many(2000, 1)[0];
    const auto disabled = begin(ChangeAct::disable, ids_of(grants));
    EXPECT_EQ(disabled.total, 3);
    EXPECT_FALSE(row(grants[0]).is_disabled) << "it is a job that does it";
    run(2);
    EXPECT_TRUE(state_of(disabled).is_done);
    EXPECT_EQ(state_of(disabled).done, 3);
    for (const Grant& grant : grants)
        EXPECT_TRUE(row(grant).is_disabled && upstream(grant).is_disabled);
    EXPECT_FALSE(row(bystander).is_disabled);
    run(1);
    const auto enabled = begin(ChangeAct::enable, "q=crowd-1");
    const auto capped = begin(ChangeAct::cap, "q=crowd-1");
    run(3);
    EXPECT_EQ(state_of(enabled).done + state_of(capped).done, 6);
    for (const Grant& grant : grants) {
        EXPECT_FALSE(row(grant).is_disabled || upstream(grant).is_disabled);
        EXPECT_EQ(upstream(grant).limit, (base::MicroUsd{5'000'000}));
    }
    const auto replaced = begin(ChangeAct::replace, "q=crowd-1");
    run(2);
    EXPECT_EQ(state_of(replaced).done, 3);
    for (const Grant& grant : grants)
        EXPECT_EQ(row_of_account(grant)->status, GrantStatus::waiting);
    EXPECT_EQ(provider_.live_keys().size(), 1u);
    EXPECT_EQ(row(bystander).status, GrantStatus::active);
}

TEST_P(BulkChanges, EveryKeyIsConfirmedByItsCountAndActsAndReasonsAreChecked) {
    issue_many(1000, 3);
    for (const std::string selection : {"all=true", "state=active", "q=crowd-"}) {
        const auto unsaid = changer_.begin(wanted(ChangeAct::disable, selection), std::nullopt);
        ASSERT_FALSE(unsaid) << selection;
        EXPECT_EQ(unsaid.error().code, base::Errc::conflict);
        EXPECT_NE(unsaid.error().detail.find("3 keys"), std::string::npos) << unsaid.error().detail;
    }
    EXPECT_FALSE(changer_.begin(wanted(ChangeAct::disable, "all=true"), 2));
    EXPECT_FALSE(changer_.begin(wanted(ChangeAct::disable, "state=waiting"), 0)) << "nothing of it can be changed";
    auto bad = wanted(ChangeAct::disable, "all=true");
    bad.reason = "";
    EXPECT_FALSE(changer_.begin(bad, 3));
    auto capless = wanted(ChangeAct::cap, "all=true");
    capless.cap.reset();
    EXPECT_FALSE(changer_.begin(capless, 3));
    EXPECT_TRUE(changes_.list_latest(10)->empty());
    EXPECT_EQ(targets(), 0);
}

TEST_P(BulkChanges, OnlyActiveKeysAreMeantAndWhatIsSoAlreadyIsSkipped) {
    const auto grants = issue_many(1000, 3);
    reserve(3000, "crowd-3000");
    ASSERT_TRUE(parts_.administration.change(grants[0].id, {true, std::nullopt}, "", organizer));
    EXPECT_EQ(changer_.count("all=true", 100).value(), 3) << "an attempt is not a key";
    const auto change = begin(ChangeAct::disable, "all=true");
    EXPECT_EQ(change.total, 3);
    run(2);
    EXPECT_EQ(state_of(change).done, 2);
    EXPECT_EQ(state_of(change).skipped, 1);
    EXPECT_EQ(why(change, grants[0]), "skipped: it was switched off already");
    const auto done = changes_.list_done(change.id, 1000).value();
    EXPECT_EQ(static_cast<std::int64_t>(done.size()), state_of(change).done);
    for (const ChangeTarget& target : done)
        EXPECT_NE(target.grant_id, grants[0].id);
    const auto replaced = begin(ChangeAct::replace, ids_of(grants));
    run(2);
    EXPECT_EQ(state_of(replaced).skipped, 3);
    EXPECT_EQ(why(replaced, grants[1]), "skipped: it is disabled");
}

TEST_P(BulkChanges, StoppedItBeginsNoFurtherKey) {
    const auto grants = issue_many(1000, 3);
    BulkChanger patient{change_parts_, base::Seconds{5}};
    const auto change = patient.begin(wanted(ChangeAct::replace, "q=crowd-"), 3);
    ASSERT_TRUE(change) << change.error().detail;
    EXPECT_EQ(patient.run_once({}), "");
    EXPECT_EQ(row(grants[0]).status, GrantStatus::active) << "it begins later";
    ASSERT_TRUE(patient.stop(change->id, another));
    EXPECT_TRUE(patient.stop(change->id, another)) << "stopping twice is stopping once";
    clock_.advance(base::Seconds{10});
    run(2);
    const auto ended = state_of(*change);
    EXPECT_TRUE(ended.is_done);
    EXPECT_EQ(ended.skipped, 3);
    EXPECT_EQ(ended.stopped_by, another.actor);
    for (const Grant& grant : grants)
        EXPECT_EQ(row(grant).status, GrantStatus::active);
    EXPECT_FALSE(replacements_->begin_replacement(grants[0].id, ending({}, change->id)))
        << "a process that comes late begins nothing";
    EXPECT_FALSE(changer_.retry(change->id, organizer));
    EXPECT_EQ(changer_.stop("nothing", organizer).error().code, base::Errc::not_found);
}

TEST_P(BulkChanges, AReplacementThatTheRecoveryFinishesIsDone) {
    const auto grant = issue_many(1000, 1)[0];
    const auto change = begin(ChangeAct::replace, ids_of({grant}));
    meddled_.after_begin = [&](const Grant&) {
        const auto recovered = parts_.recovery.finish(base::Seconds{15}, {});
        EXPECT_EQ(recovered.replaced, 1);
    };
    run(3);
    EXPECT_EQ(state_of(change).done, 1) << why(change, grant);
    EXPECT_EQ(row_of_account(grant)->status, GrantStatus::waiting);
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_P(BulkChanges, KeysThatOpenRouterRefusesHoldUpNobodyAndFailInTheEnd) {
    for (const base::Error& error : {refused_for_good, broken}) {
        const std::int64_t first = error.code == base::Errc::upstream_refused ? 1000 : 3000;
        const auto refused = issue_many(first, 5), good = issue_many(first + 1000, 10);
        for (const Grant& grant : refused)
            provider_.refuse(grant.delete_handle, error);
        std::vector<Grant> all = refused;
        all.insert(all.end(), good.begin(), good.end());
        const auto older = begin(ChangeAct::replace, ids_of(all));
        const auto younger = begin(ChangeAct::disable, ids_of(issue_many(first + 1500, 3)));
        run(6);
        EXPECT_EQ(state_of(older).done, 10);
        EXPECT_TRUE(state_of(younger).is_done);
        EXPECT_FALSE(state_of(older).is_done);
        run(60, base::Seconds{30});
        EXPECT_TRUE(state_of(older).is_done) << state_of(older).waiting();
        EXPECT_EQ(state_of(older).failed, 5);
        EXPECT_EQ(why(older, refused[0]), "failed: switching the key off upstream: " + error.detail);
        EXPECT_EQ(begun_entries(refused[0]), 1) << "tries of the same intention are not recorded anew";
        for (const Grant& grant : refused)
            provider_.refuse(grant.delete_handle, std::nullopt);
        ASSERT_TRUE(changer_.retry(older.id, organizer));
        EXPECT_FALSE(state_of(older).is_done);
        run(3);
        EXPECT_EQ(state_of(older).done, 15);
        EXPECT_EQ(state_of(older).failed, 0);
    }
}

TEST_P(BulkChanges, AnOutageCountsAsNoTry) {
    const auto grant = issue_many(1000, 1)[0];
    base::Error away = broken;
    away.is_circuit_open = true;
    provider_.refuse(grant.delete_handle, away);
    const auto change = begin(ChangeAct::disable, ids_of({grant}));
    run(40);
    EXPECT_FALSE(state_of(change).is_done);
    EXPECT_EQ(state_of(change).problem, "changing the key upstream: " + away.detail);
    EXPECT_EQ(begun_entries(grant), 1);
    provider_.refuse(grant.delete_handle, std::nullopt);
    run(2);
    EXPECT_EQ(state_of(change).done, 1);
    EXPECT_EQ(state_of(change).problem, "");
}

TEST_P(BulkChanges, ADecisionOfWhichTheAnswerIsLostIsInForceAndSaidToBe) {
    issue_many(1000, 2);
    for (const Fault fault : {Fault::answer_lost, Fault::repeated}) {
        doubtful_->strike(deciding, fault);
        const auto change = changer_.begin(wanted(ChangeAct::disable, "all=true"), 2);
        ASSERT_TRUE(change) << change.error().detail;
        doubtful_->strike("", Fault::none);
        run(2);
        EXPECT_TRUE(state_of(*change).is_done);
    }
}

TEST_P(BulkChanges, ADecisionThatFailsComesToNothingAlsoIfItTakesEffectLate) {
    const auto grants = issue_many(1000, 2);
    auto late = wanted(ChangeAct::replace, "all=true");
    doubtful_->strike(deciding, Fault::not_done);
    EXPECT_FALSE(changer_.begin(late, 2));
    doubtful_->strike("", Fault::none);
    EXPECT_EQ(targets(), 0);
    late.id = base::random_uuid();
    late.total = 2;
    late.created_at = late.begins_at = clock_.now();
    EXPECT_FALSE(changes_.create(late)) << "what it would mean is dropped";
    run(2);
    EXPECT_EQ(row(grants[0]).status, GrantStatus::active);
}

TEST_P(BulkChanges, OneRequestDecidesOnce) {
    issue_many(1000, 2);
    const auto first = changer_.begin(wanted(ChangeAct::replace, "all=true"), 2, "request");
    ASSERT_TRUE(first) << first.error().detail;
    run(2);
    issue_many(2000, 2);
    const auto again = changer_.begin(wanted(ChangeAct::replace, "all=true"), 2, "request");
    ASSERT_TRUE(again);
    EXPECT_EQ(again->id, first->id);
    clock_.advance(std::chrono::hours{25});
    const auto next_day = changer_.begin(wanted(ChangeAct::disable, "all=true"), 2, "request");
    ASSERT_TRUE(next_day) << next_day.error().detail;
    EXPECT_NE(next_day->id, first->id);
}

TEST_P(BulkChanges, WhileNewKeysArePausedNoKeyIsReplaced) {
    const auto grants = issue_many(1000, 3);
    const auto change = begin(ChangeAct::replace, ids_of(grants));
    const auto other = begin(ChangeAct::disable, ids_of(issue_many(2000, 1)));
    set_paused(true);
    run(5);
    EXPECT_EQ(state_of(change).waiting(), 3);
    EXPECT_NE(state_of(change).problem.find("new keys are paused"), std::string::npos);
    EXPECT_TRUE(state_of(other).is_done);
    EXPECT_FALSE(replacements_->begin_replacement(grants[0].id, ending({}, change.id)))
        << "nor by a process that has not heard of the pause";
    EXPECT_EQ(row(grants[0]).status, GrantStatus::active);
    EXPECT_EQ(begun_entries(grants[0]), 0);
    set_paused(false);
    run(2);
    EXPECT_EQ(state_of(change).done, 3);
    EXPECT_EQ(state_of(change).problem, "");
}

TEST_P(BulkChanges, AStoppedOneEndsWhileNewKeysArePaused) {
    const auto change = begin(ChangeAct::replace, ids_of(issue_many(1000, 2)));
    set_paused(true);
    run(1);
    ASSERT_TRUE(changer_.stop(change.id, organizer));
    run(1);
    EXPECT_TRUE(state_of(change).is_done);
}

TEST_P(BulkChanges, ARunEndsWhileItsLeaseLasts) {
    const base::Seconds timeout{15};
    EXPECT_GT(BulkChanger::lease(timeout), BulkChanger::run_max + timeout);
    const auto change = begin(ChangeAct::disable, ids_of(issue_many(1000, 60)));
    changer_.run_once({});
    EXPECT_LT(state_of(change).done, 60);
    EXPECT_TRUE(changer_.is_busy());
    std::stop_source stop;
    stop.request_stop();
    const auto before = state_of(change).done;
    changer_.run_once(stop.get_token());
    EXPECT_EQ(state_of(change).done, before);
}

TEST_P(BulkChanges, ARetryDoesNotOverrideALaterDecision) {
    const auto grants = issue_many(1000, 4);
    for (const Grant& grant : grants)
        provider_.refuse(grant.delete_handle, broken);
    const auto older = begin(ChangeAct::disable, ids_of(grants));
    run(60, base::Seconds{30});
    ASSERT_EQ(state_of(older).failed, 4);
    for (const Grant& grant : grants)
        provider_.refuse(grant.delete_handle, std::nullopt);
    ASSERT_TRUE(parts_.administration.change(grants[0].id, {false, std::nullopt}, "needed", another));
    const auto younger = begin(ChangeAct::enable, ids_of({grants[1]}));
    ASSERT_TRUE(parts_.administration.change(grants[2].id, {std::nullopt, base::MicroUsd{9'000'000}}, "", another));
    run(2);
    EXPECT_TRUE(state_of(younger).is_done);
    ASSERT_TRUE(changer_.retry(older.id, organizer));
    run(3);
    EXPECT_EQ(why(older, grants[0]), "skipped: github:1004 has changed this key since");
    EXPECT_EQ(why(older, grants[1]), "skipped: a later bulk change decides about this key");
    EXPECT_FALSE(row(grants[0]).is_disabled || row(grants[1]).is_disabled);
    EXPECT_TRUE(row(grants[2]).is_disabled) << "its cap is another matter";
    EXPECT_EQ(state_of(older).done, 2);
}

TEST_P(BulkChanges, AnEarlierDecisionThatComesLateGivesWayToTheLaterOne) {
    const auto grant = issue_many(1000, 1)[0];
    const auto older = begin(ChangeAct::disable, ids_of({grant}));
    const auto younger = begin(ChangeAct::enable, ids_of({grant}));
    run(3);
    EXPECT_FALSE(row(grant).is_disabled);
    EXPECT_EQ(why(older, grant), "skipped: a later bulk change decides about this key");
    EXPECT_TRUE(state_of(younger).is_done);
}

TEST_P(BulkChanges, WhatItsOwnerOrAnotherHasEndedIsSkippedWithTheReason) {
    const auto grants = issue_many(1000, 4);
    const auto change = begin(ChangeAct::disable, ids_of(grants));
    const auto replacing = begin(ChangeAct::replace, ids_of(grants));
    ASSERT_TRUE(parts_.replacement.begin(grants[0], recipient_of(grants[0].github_user_id), "rotated",
                                         base::Deadline::after(base::Seconds{5})));
    ASSERT_TRUE(admin_->begin_revocations({grants[1].id}, ending()));
    ASSERT_TRUE(replacements_->begin_replacement(
        grants[2].id, {recipient_of(grants[2].github_user_id).actor, "rotated", {}, clock_.now(), ""}));
    run(3);
    EXPECT_EQ(why(replacing, grants[0]), "skipped: its owner replaced it") << "not by this decision";
    EXPECT_EQ(why(change, grants[1]), "skipped: it is being revoked by github:1003 (leaked)");
    EXPECT_EQ(why(replacing, grants[2]), "skipped: its owner is replacing it");
    for (const Grant& grant : {grants[0], grants[2]})
        EXPECT_EQ(why(change, grant), "waiting: it is being replaced, and its next key is not there yet");
    EXPECT_EQ(state_of(change).done, 1);
}

TEST_P(BulkChanges, WhoIsOnHoldIsSkipped) {
    const auto grant = issue_many(1000, 1)[0];
    ASSERT_TRUE(admin_->set_hold(grant.github_user_id, Hold{std::nullopt, "abuse"}, "github:1003", clock_.now()));
    const auto change = begin(ChangeAct::replace, ids_of({grant}));
    run(2);
    EXPECT_EQ(why(change, grant), "skipped: its account is on hold");
    EXPECT_EQ(begun_entries(grant), 0);
}

TEST_P(BulkChanges, WhatWasDoneBeforeTheProcessDiedIsDoneOnce) {
    const auto grants = issue_many(1000, 3);
    const auto change = begin(ChangeAct::disable, ids_of({grants[0]}));
    const auto replacing = begin(ChangeAct::replace, ids_of({grants[1], grants[2]}));
    // What a process has done that then died.
    claim_all(change);
    claim_all(replacing);
    ASSERT_TRUE(parts_.administration.change(grants[0].id, {true, std::nullopt}, reason, organizer, change.id));
    const auto deadline = base::Deadline::after(base::Seconds{5});
    ASSERT_TRUE(parts_.replacement.begin(grants[1], organizer, reason, deadline, replacing.id));
    ASSERT_TRUE(replacements_->begin_replacement(grants[2].id, ending({}, replacing.id)));
    run(2);
    EXPECT_FALSE(state_of(change).is_done) << "another process may be at it";
    run(3, base::Seconds{60});
    EXPECT_EQ(state_of(change).done, 1) << why(change, grants[0]);
    EXPECT_EQ(state_of(replacing).done, 2) << why(replacing, grants[1]) << why(replacing, grants[2]);
    EXPECT_EQ(begun_entries(grants[0]), 1);
    EXPECT_EQ(begun_entries(grants[1]), 1);
    EXPECT_EQ(provider_.live_keys().size(), 1u);
}

TEST_P(BulkChanges, TwoProcessesDoNotWorkOnTheSameKey) {
    const auto change = begin(ChangeAct::disable, ids_of(issue_many(1000, 1)));
    const auto target = changes_.due_targets(change.id, clock_.now(), 10).value().at(0);
    EXPECT_TRUE(changes_.claim(change.id, target, clock_.now(), clock_.now() + base::Seconds{60}).value());
    EXPECT_FALSE(changes_.claim(change.id, target, clock_.now(), clock_.now() + base::Seconds{60}).value());
}

TEST_P(BulkChanges, ItsKeysAreForgottenAMonthLater) {
    const auto grants = issue_many(1000, 2);
    ASSERT_TRUE(parts_.administration.change(grants[0].id, {true, std::nullopt}, "", organizer));
    const auto change = begin(ChangeAct::disable, ids_of(grants));
    run(2);
    EXPECT_EQ(targets(), 2);
    clock_.advance(std::chrono::days{31});
    const auto next = begin(ChangeAct::enable, ids_of(grants));
    run(2);
    EXPECT_TRUE(state_of(next).is_done);
    EXPECT_EQ(targets(), 2) << "those of the next one";
    EXPECT_EQ(state_of(change).skipped, 1) << "the counts stay";
}

TEST_P(BulkChanges, AKeyThatUpstreamLeavesAsItWasIsNotDone) {
    const auto grant = issue_many(1000, 1)[0];
    provider_.change_key(grant.delete_handle, [](UpstreamKey& key) { key.limit_reset = "weekly"; });
    provider_.keep_limit_reset();
    const auto change = begin(ChangeAct::cap, ids_of({grant}));
    run(60, base::Seconds{30});
    EXPECT_EQ(state_of(change).done, 0);
    EXPECT_EQ(state_of(change).failed, 1);
    EXPECT_NE(why(change, grant).find("leaves the key as it is"), std::string::npos) << why(change, grant);
}

TEST_P(BulkChanges, AnOlderReplacementDefeatsNoYoungerDecisionAboutTheKey) {
    const auto grants = issue_many(1000, 3);
    const auto older = begin(ChangeAct::replace, ids_of(grants));
    const auto disabled = begin(ChangeAct::disable, ids_of({grants[0]}));
    const auto capped = begin(ChangeAct::cap, ids_of({grants[1]}));
    run(3);
    for (const Grant& grant : {grants[0], grants[1]})
        EXPECT_EQ(why(older, grant), "skipped: a later bulk change decides about this key");
    EXPECT_TRUE(row(grants[0]).is_disabled && upstream(grants[0]).is_disabled);
    EXPECT_EQ(upstream(grants[1]).limit, (base::MicroUsd{5'000'000}));
    EXPECT_EQ(state_of(older).done, 1);
    EXPECT_EQ(state_of(disabled).done + state_of(capped).done, 2);
}

TEST_P(BulkChanges, AnOlderOneWaitsForTheTurnOfAYoungerOneThatMayYetBeStopped) {
    const auto grant = issue_many(1000, 1)[0];
    const auto oldest = begin(ChangeAct::disable, ids_of({grant}));
    const auto older = begin(ChangeAct::disable, ids_of({grant}));
    BulkChanger patient{change_parts_, base::Seconds{60}};
    const auto younger = patient.begin(wanted(ChangeAct::enable, "q=crowd-"), 1);
    ASSERT_TRUE(younger) << younger.error().detail;
    run(2);
    for (const auto& change : {oldest, older})
        EXPECT_EQ(why(change, grant), "waiting: a later bulk change decides about this key, and has its turn first");
    EXPECT_FALSE(row(grant).is_disabled);
    ASSERT_TRUE(patient.stop(younger->id, another));
    run(4);
    EXPECT_TRUE(row(grant).is_disabled);
    EXPECT_EQ(state_of(older).done, 1);
    EXPECT_EQ(state_of(oldest).skipped, 1);
}

TEST_P(BulkChanges, AnOlderOneInTroubleLeavesTheirTurnToYoungerOnes) {
    const auto grants = issue_many(1000, 12);
    for (const Grant& grant : grants)
        provider_.refuse(grant.delete_handle, too_fast);
    const auto older = begin(ChangeAct::disable, ids_of(grants));
    clock_.advance(base::Seconds{1});
    const auto younger = begin(ChangeAct::disable, ids_of(issue_many(2000, 1)));
    run(2);
    EXPECT_TRUE(state_of(younger).is_done);
    EXPECT_EQ(state_of(older).waiting(), 12);
}

TEST_P(BulkChanges, HoweverManyAreDueAYoungerOneHasItsTurn) {
    const auto grants = issue_many(1000, 2);
    set_paused(true);
    for (int i = 0; i < 55; ++i)
        begin(ChangeAct::replace, ids_of({grants[0]}));
    const auto younger = begin(ChangeAct::disable, ids_of({grants[1]}));
    run(2);
    EXPECT_EQ(state_of(younger).done, 1);
    // Nor does the order begin anew while more and more are due.
    for (int i = 0; i < 55; ++i)
        begin(ChangeAct::replace, ids_of({grants[0]}));
    const auto youngest = begin(ChangeAct::enable, ids_of({grants[1]}));
    run(3);
    EXPECT_EQ(state_of(youngest).done, 1);
}

TEST_P(BulkChanges, AKeyInTroubleGivesWayToTheOthersForAWhile) {
    const auto grant = issue_many(1000, 1)[0];
    provider_.refuse(grant.delete_handle, too_fast);
    const auto change = begin(ChangeAct::disable, ids_of({grant}));
    run(1, base::Seconds{0});
    EXPECT_TRUE(changes_.due_targets(change.id, clock_.now(), 10)->empty());
    clock_.advance(base::Seconds{60});
    EXPECT_EQ(changes_.due_targets(change.id, clock_.now(), 10)->size(), 1u);
}

TEST_P(BulkChanges, OneWhoseRowsMakeNoSenseHoldsUpNoOther) {
    const auto older = begin(ChangeAct::disable, ids_of(issue_many(1000, 1)));
    clock_.advance(base::Seconds{1});
    const auto younger = begin(ChangeAct::disable, ids_of(issue_many(2000, 1)));
    ASSERT_TRUE(sql_->run("UPDATE llmapikey.bulk_change_targets SET github_user_id = 'x' WHERE bulk_id = $1",
                          SqlValues().add(older.id)));
    EXPECT_NE(changer_.run_once({}).find(older.id), std::string::npos);
    EXPECT_TRUE(state_of(younger).is_done);
}

TEST_P(BulkChanges, AManualChangeCountsWhateverItsReasonSays) {
    const auto grant = issue_many(1000, 1)[0];
    const auto change = begin(ChangeAct::disable, ids_of({grant}));
    ASSERT_TRUE(parts_.administration.change(grant.id, {false, std::nullopt}, "as agreed (bulk order)", another));
    run(2);
    EXPECT_EQ(why(change, grant), "skipped: github:1004 has changed this key since");
    EXPECT_FALSE(row(grant).is_disabled);
}

TEST_P(BulkChanges, KeysAreForgottenWithoutAnotherBulkChange) {
    const auto change = begin(ChangeAct::disable, ids_of(issue_many(1000, 2)));
    run(2);
    EXPECT_EQ(targets(), 2);
    clock_.advance(std::chrono::days{31});
    run(1);
    EXPECT_EQ(targets(), 0);
    EXPECT_EQ(state_of(change).done, 2);
}

TEST_P(BulkChanges, TheEndIsRecordedAlsoIfTheProcessDiesThen) {
    const auto change = begin(ChangeAct::disable, ids_of(issue_many(1000, 1)));
    // The last that it does.
    doubtful_->strike("UPDATE llmapikey.bulk_changes AS bulk SET state = 'done'", Fault::answer_lost);
    EXPECT_NE(changer_.run_once({}), "");
    doubtful_->strike("", Fault::none);
    ASSERT_TRUE(state_of(change).is_done);
    const auto entries = sql_->run("SELECT count(*) FROM llmapikey.audit_log WHERE subject = $1 AND outcome = 'done'",
                                   SqlValues().add("bulk:" + change.id));
    EXPECT_EQ(entries->rows.at(0).number(0), 1);
}

TEST_P(BulkChanges, NoFurtherKeyIsEndedWhileTheEndedOnesGetNoSuccessors) {
    const auto change = begin(ChangeAct::replace, ids_of(issue_many(1000, 46)));
    run(1);
    EXPECT_EQ(state_of(change).done, 40);
    ASSERT_TRUE(
        sql_->run("UPDATE llmapikey.api_keys SET problem = 'lost_answer' WHERE github_user_id = "
                  "(SELECT min(github_user_id) FROM llmapikey.api_keys WHERE status = 'waiting')",
                  {}));
    run(2);
    EXPECT_EQ(state_of(change).done, 40) << "one of them waits in vain";
    EXPECT_NE(state_of(change).problem.find("keys cannot be made just now"), std::string::npos);
    ASSERT_TRUE(sql_->run("UPDATE llmapikey.api_keys SET problem = ''", {}));
    run(4);
    EXPECT_GE(state_of(change).done, 41);
    EXPECT_LE(state_of(change).done, 44) << "too many of them wait";
    ASSERT_TRUE(sql_->run("DELETE FROM llmapikey.api_keys WHERE status = 'waiting'", {}));
    run(3);
    EXPECT_EQ(state_of(change).done, 46);
    EXPECT_EQ(state_of(change).problem, "");
}

TEST_P(BulkChanges, WhatIsWrongWithTheManagementKeyCountsAsNoTryOfAKey) {
    const auto refused = issue_many(1000, 5), good = issue_many(2000, 5);
    for (const Grant& grant : refused)
        provider_.refuse(grant.delete_handle, forbidden);
    std::vector<Grant> all = refused;
    all.insert(all.end(), good.begin(), good.end());
    const auto older = begin(ChangeAct::disable, ids_of(all));
    clock_.advance(base::Seconds{1});
    const auto younger = begin(ChangeAct::disable, ids_of(issue_many(3000, 3)));
    run(6);
    EXPECT_EQ(state_of(older).done, 5);
    EXPECT_TRUE(state_of(younger).is_done);
    run(60, base::Seconds{30});
    EXPECT_EQ(state_of(older).failed, 0);
    EXPECT_EQ(why(older, refused[0]), "waiting: changing the key upstream: " + forbidden.detail);
    for (const Grant& grant : refused)
        provider_.refuse(grant.delete_handle, std::nullopt);
    run(3);
    EXPECT_EQ(state_of(older).done, 10);
}

INSTANTIATE_TEST_SUITE_P(Stores, BulkChanges, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
