// What is found and mended, over real databases and an upstream in memory: whose keys they are that
// no row knows, and that one thing that cannot be mended keeps nothing else from it.
#include <gtest/gtest.h>

#include "support/reconciling.hpp"

namespace llmapikey::test {
namespace {

using Reconciliation = Reconciling;

TEST_P(Reconciliation, KeysOfAnotherLifeOfTheInstallationAreReportedAndLeftAlone) {
    issue_key(1);
    for (std::int64_t account = 100; account < 104; ++account)
        add_key_of_another_life(account);
    clock_.advance(settle_wait);
    const auto report = reconcile();
    EXPECT_EQ(provider_.live_keys().size(), 5u);
    EXPECT_EQ(found(report, Finding::Kind::unremembered), 4);
    EXPECT_FALSE(report.is_clean());
    EXPECT_NE(report.left_alone.find("4 keys"), std::string::npos) << report.left_alone;
}

TEST_P(Reconciliation, APersonEndsThemByTheirNumber) {
    issue_key(1);
    for (std::int64_t account = 100; account < 110; ++account)
        add_key_of_another_life(account);
    clock_.advance(settle_wait);
    std::vector<std::int64_t> asked;
    bool answer = false;
    ReconcileOptions options{Repair::fix, false, settle_wait, base::Seconds{15}};
    options.may_end_unremembered = [&](const UnrememberedKeys& keys, const std::string& why) {
        EXPECT_FALSE(why.empty());
        asked.push_back(keys.count);
        return answer;
    };
    Reconciler reconciler(parts(), options);
    EXPECT_FALSE(reconcile(reconciler).is_clean());
    EXPECT_EQ(provider_.live_keys().size(), 11u);
    answer = true;
    const auto report = reconcile(reconciler);
    EXPECT_TRUE(report.is_clean());
    EXPECT_TRUE(report.left_alone.empty());
    EXPECT_EQ(provider_.live_keys().size(), 1u);
    EXPECT_EQ(asked, (std::vector<std::int64_t>{10, 10}));
}

TEST_P(Reconciliation, ACopyThatRunsBesideEndsAFewAndNoMore) {
    for (std::int64_t account = 100; account < 120; ++account) {
        add_key_of_another_life(account);
        clock_.advance(settle_wait);
        reconcile();
    }
    EXPECT_EQ(provider_.live_keys().size(), 17u) << "one by one they are no fewer than all together";
    clock_.advance(std::chrono::days{31});
    EXPECT_EQ(found(reconcile(), Finding::Kind::unremembered), 17);
}

TEST_P(Reconciliation, OneLostKeyThatIsRefusedIsCountedOnce) {
    std::vector<std::string> lost;
    for (std::int64_t account = 100; account < 103; ++account)
        lost.push_back(add_key_of_another_life(account));
    provider_.refuse_to_revoke(lost[1], base::Error{base::Errc::upstream_refused, "answered 400", {}});
    clock_.advance(settle_wait);
    reconcile();
    EXPECT_EQ(provider_.live_keys().size(), 1u);
    provider_.refuse_to_revoke(lost[1], std::nullopt);
    reconcile();
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_P(Reconciliation, KeysThatAreOlderThanTheDatabaseAreLeftAlone) {
    provider_.add_key(upstream_key_name({77}, nonces_.make({77})), base::Timestamp{} + std::chrono::days{365 * 50});
    EXPECT_EQ(found(reconcile(), Finding::Kind::unremembered), 1);
    EXPECT_EQ(provider_.live_keys().size(), 1u);
}

TEST_P(Reconciliation, KeysThatAreYoungerOnlyByAClockThatIsAheadAreLeftAlone) {
    begin_history_at(clock_.now());
    provider_.add_key(upstream_key_name({77}, nonces_.make({77})), clock_.now() + std::chrono::minutes{10});
    clock_.advance(std::chrono::hours{2});
    EXPECT_EQ(found(reconcile(), Finding::Kind::unremembered), 1);
    EXPECT_EQ(provider_.live_keys().size(), 1u);
    add_key_of_another_life(78);
    clock_.advance(settle_wait);
    EXPECT_EQ(found(reconcile(), Finding::Kind::unremembered), 2) << "one that is older stands for all of them";
}

TEST_P(Reconciliation, OlderKeysThatAppearAgainAndAgainAreNotFew) {
    const SqlValues id = SqlValues().add(issue_key(1).id);
    ASSERT_TRUE(sql_->run("UPDATE llmapikey.api_keys SET nonce = '' WHERE id = $1::uuid", id)) << "an adopted row";
    for (int i = 0; i < 8; ++i) {
        provider_.add_key("llmapikey/gh-" + std::to_string(500 + i), clock_.now());
        clock_.advance(settle_wait);
        reconcile();
    }
    EXPECT_EQ(provider_.live_keys().size(), 6u) << "an older deployment still runs beside";
}

TEST_P(Reconciliation, WhatThisDatabaseHasGivenUpIsEndedHoweverManyTheyAre) {
    for (std::int64_t account = 1; account <= 12; ++account) {
        give_up_with_a_key_left(account);
    }
    clock_.advance(settle_wait);
    const auto report = reconcile();
    EXPECT_EQ(found(report, Finding::Kind::orphan), 12);
    EXPECT_TRUE(report.is_clean());
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_P(Reconciliation, AKeyThatOutlivedItsRevocationIsEndedWhenItIsSeenAgain) {
    const auto grant = issue_key(1);
    ASSERT_EQ(admin_->begin_revocations({grant.id}, ending()).value(), 1);
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    for (std::int64_t account = 100; account < 110; ++account)
        add_key_of_another_life(account);
    clock_.advance(settle_wait * 2);
    EXPECT_EQ(found(reconcile(), Finding::Kind::orphan), 1);
    EXPECT_EQ(provider_.live_keys().size(), 10u);
}

TEST_P(Reconciliation, AnOrphanThatIsRefusedIsRecordedOnceAndTriedAgain) {
    const auto orphan = add_key_of_another_life(77);
    provider_.refuse(orphan, base::Error{base::Errc::upstream_refused, "no", {}});
    clock_.advance(settle_wait);
    Reconciler reconciler(parts(), {Repair::fix, false, settle_wait, base::Seconds{15}});
    for (int run = 0; run < 5; ++run)
        EXPECT_EQ(found(reconcile(reconciler), Finding::Kind::orphan), 1);
    EXPECT_EQ(audit_->head()->sequence, 1);
    provider_.refuse(orphan, std::nullopt);
    EXPECT_TRUE(reconcile(reconciler).is_clean());
    EXPECT_TRUE(provider_.live_keys().empty());
}

TEST_P(Reconciliation, WhatCannotBeLookedAtKeepsNothingElseFromBeingMended) {
    issue_key(1);
    const auto gone = issue_key(2);
    const auto expired = issue_key(3);
    ASSERT_TRUE(admin_->set_expiry(expired.id, clock_.now()));
    const auto orphan = add_key_of_another_life(77);
    provider_.remove_key(gone.delete_handle);
    for (const auto code : {base::Errc::misconfigured, base::Errc::upstream_down}) {
        provider_.refuse(gone.delete_handle, base::Error{code, "no", {}});
        clock_.advance(settle_wait);
        const auto report = reconcile();
        EXPECT_EQ(found(report, Finding::Kind::missing), 1);
        EXPECT_FALSE(report.is_clean());
    }
    EXPECT_EQ(provider_.live_keys().size(), 1u) << "the orphan and the expired key are gone";
    EXPECT_FALSE(*keys_->find({3}));
}

TEST_P(Reconciliation, AnotherIntervalOfTheCapIsMended) {
    const auto key = issue_key(1);
    provider_.change_key(key.delete_handle, [](auto& each) { each.limit_reset = "monthly"; });
    EXPECT_EQ(found(reconcile(), Finding::Kind::drift), 1);
    EXPECT_EQ(provider_.live_keys().at(0).limit_reset, "daily");
    EXPECT_TRUE(reconcile().counts.empty());
}

TEST_P(Reconciliation, WhatUpstreamLeavesAsItIsIsToldOnce) {
    const auto key = issue_key(1);
    provider_.change_key(key.delete_handle, [](auto& each) { each.limit_reset = "monthly"; });
    provider_.keep_limit_reset();
    const auto before = audit_->head()->sequence;
    Reconciler reconciler(parts(), {Repair::fix, false, settle_wait, base::Seconds{15}});
    for (int run = 0; run < 5; ++run) {
        const auto report = reconcile(reconciler);
        EXPECT_EQ(found(report, Finding::Kind::drift), 1);
        EXPECT_FALSE(report.is_clean());
        recover();
    }
    EXPECT_EQ(audit_->head()->sequence, before + 1);
    EXPECT_EQ(provider_.update_calls(), 1);
}

TEST_P(Reconciliation, RowsThatUpstreamRefusesDoNotKeepOthersFromBeingEnded) {
    constexpr std::int64_t refused = 130;
    std::vector<std::string> ids;
    Grant last;  // in the order in which they are taken up
    for (std::int64_t account = 1; account <= refused + 1; ++account) {
        const auto grant = issue(account);
        ids.push_back(grant.id);
        if (grant.id > last.id) last = grant;
    }
    for (std::int64_t account = 1; account <= refused + 1; ++account)
        provider_.refuse("handle-" + std::to_string(account), base::Error{base::Errc::upstream_refused, "no", {}});
    provider_.refuse(last.delete_handle, std::nullopt);
    ASSERT_EQ(admin_->begin_revocations(ids, ending()).value(), refused + 1);
    clock_.advance(settle_wait);
    EXPECT_EQ(recover().revoked, 1);
    EXPECT_FALSE(*keys_->find(last.seat())) << "though more than a page of others is refused";
    EXPECT_TRUE(recover().failures.empty()) << "they are not asked for again at once";
    clock_.advance(base::Seconds{10});
    EXPECT_EQ(recover().failures.size(), static_cast<std::size_t>(refused));
}

TEST_P(Reconciliation, AnAttemptOfLongAgoEndsWithANoteAndNobodyGetsAKey) {
    reserve(1);
    clock_.advance(std::chrono::days{60});
    recover();
    EXPECT_FALSE(*keys_->find({1}));
    EXPECT_TRUE(queue_->list_due(clock_.now(), 10)->empty());
    EXPECT_EQ(queue_->past_of({1})->problem, MintProblem::lost_answer);
}

TEST_P(Reconciliation, AnAttemptOfLongAgoOfSomebodyWhoHadAKeyKeepsThePlaceForADay) {
    const auto key = issue_key(1);
    const auto begun = replacements_->begin_replacement(key.id, ending());
    ASSERT_TRUE(begun);
    const auto waiting = replacements_->finish_replacement(*begun, base::random_uuid(), clock_.now());
    ASSERT_TRUE(waiting);
    ASSERT_TRUE(queue_->claim({attempt_of(*waiting), nonces_.make({1}), clock_.now(), clock_.now(), {}}));
    clock_.advance(std::chrono::hours{2});
    EXPECT_EQ(recover().settled, 1);
    EXPECT_EQ(keys_->find({1})->value().status, GrantStatus::waiting);
}

TEST_P(Reconciliation, SettlingReadsNoFurtherThanTheAttemptAndMeetsItsMinute) {
    for (int i = 0; i < 5'000; ++i)
        provider_.add_key("another", clock_.now() - std::chrono::hours{2});
    reserve(1);
    for (int i = 0; i < 250; ++i)
        provider_.add_key("another", clock_.now());
    provider_.before_each_page([&] { provider_.add_key("another", clock_.now()); });
    clock_.advance(settle_wait);
    EXPECT_EQ(recover().settled, 1);
    EXPECT_LE(provider_.list_calls(), 5);
}

TEST_P(Reconciliation, UnderChurnEverythingIsFound) {
    std::int64_t account = 0;
    for (const auto& [keys, made_for_each_page] : {std::pair(3'000, 5), std::pair(100'000, 1)}) {
        const auto kept = issue_key(++account), gone = issue_key(++account);
        const std::string orphan = give_up_with_a_key_left(++account);
        for (int i = 0; i < keys; ++i)
            provider_.add_key("another", clock_.now());
        provider_.remove_key(gone.delete_handle);
        const auto lost = reserve(++account);
        provider_.add_key(upstream_key_name(lost.github_user_id, lost.nonce), clock_.now());
        provider_.before_each_page([&, made = made_for_each_page] {
            for (int i = 0; i < made; ++i)
                provider_.add_key("another", clock_.now());
        });
        clock_.advance(settle_wait * 2);
        const int listed = provider_.list_calls();
        EXPECT_EQ(recover().settled, 1);
        EXPECT_LE(provider_.list_calls() - listed, keys / 90 + 5);
        const auto report = reconcile();
        EXPECT_EQ(found(report, Finding::Kind::orphan), 1);
        EXPECT_EQ(found(report, Finding::Kind::missing), 1);
        EXPECT_LE(provider_.list_calls() - listed, 2 * (keys / 90 + 5));
        EXPECT_TRUE(keys_->find(gone.seat())->value().missing_since);
        EXPECT_FALSE(keys_->find(kept.seat())->value().missing_since);
        EXPECT_EQ(provider_.get(orphan, base::Deadline::after(base::Millis{100})).error().code, base::Errc::not_found);
        provider_.before_each_page(nullptr);
    }
}

TEST_P(Reconciliation, ToldToStopItStopsBetweenTwoPages) {
    for (int i = 0; i < 2'000; ++i)
        provider_.add_key("another", clock_.now());
    reserve(1);
    std::stop_source stop;
    provider_.before_each_page([&] {
        if (provider_.list_calls() % 3 == 0) stop.request_stop();
    });
    clock_.advance(settle_wait);
    EXPECT_EQ(recovery_.settle(stop.get_token()).settled, 0);
    EXPECT_EQ(provider_.list_calls(), 3);
    std::stop_source again;
    stop = again;
    Reconciler reconciler(parts(), {Repair::fix, false, settle_wait, base::Seconds{15}});
    EXPECT_FALSE(reconciler.run(base::Deadline::after(base::Millis{20'000}), stop.get_token()));
    EXPECT_EQ(provider_.list_calls(), 6);
}

INSTANTIATE_TEST_SUITE_P(Stores, Reconciliation, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
