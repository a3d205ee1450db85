// Each figure is read by itself, and is told for as long as it is true.
#include "insight/statistics.hpp"

#include <gtest/gtest.h>

#include <map>

#include "insight/overview.hpp"
#include "insight/store_statistics.hpp"
#include "support/fake_key_provider.hpp"
#include "support/fixed_terms.hpp"
#include "support/stores_under_test.hpp"
#include "webhooks/store_webhooks.hpp"

namespace llmapikey::test {
namespace {

constexpr base::Seconds poll{300};
const base::Timestamp noon = std::chrono::sys_days{std::chrono::year{2027} / 2 / 22} + std::chrono::hours{12};

class StatisticsTest : public StoresUnderTest {
protected:
    StatisticsTest() : store_(sql_), webhooks_(sql_) {
        clock_.advance(noon - clock_.now());
        WebhookEndpoint listener;
        listener.id = base::random_uuid();
        listener.url = "https://example.org/hook";
        listener.created_at = clock_.now();
        EXPECT_TRUE(webhooks_.add_endpoint(listener));
    }
    std::string run() {
        Statistics statistics(store_, *spending_, webhooks_, provider_, clock_, terms_,
                              {base::MicroUsd{2'000'000}, base::Seconds{15}, poll},
                              [this](std::string_view figure, bool has_succeeded) {
                                  ++reads_[std::string(figure) + (has_succeeded ? " ok" : " failed")];
                              });
        return statistics.run_once(std::stop_token());
    }
    Overview overview() {
        auto read = read_overview(store_, {true, 100, {2'500'000}}, poll, clock_.now());
        EXPECT_TRUE(read) << (read ? "" : read.error().detail);
        return read.value();
    }
    // A key with its row, that has spent so much today.
    Grant spender(std::int64_t account, std::int64_t micro_usd) {
        auto grant = reserve(account);
        const auto handle =
            provider_.add_key("llmapikey/gh-" + std::to_string(account) + "/" + grant.nonce, clock_.now());
        EXPECT_TRUE(keys_->activate({{account}, grant.id, grant.nonce}, {handle, "v1.sealed", "hint"}));
        provider_.change_key(handle,
                             [&](UpstreamKey& key) { key.usage_daily = key.usage = base::MicroUsd{micro_usd}; });
        return *keys_->find({account}).value();
    }
    int alarms() {
        int count = 0;
        const auto events = webhooks_.undispatched(100).value();
        for (const WebhookEvent& event : events)
            if (event.type == "spend.alarm") ++count;
        return count;
    }

    SqlStatisticsStore store_;
    FixedTerms terms_;
    SqlWebhookStore webhooks_;
    FakeKeyProvider provider_{clock_};
    std::map<std::string, int> reads_;
};

TEST_P(StatisticsTest, WhatUpstreamTakesBackIsNoSpendingBelowZero) {
    spender(1, -1'500'000);
    EXPECT_EQ(run(), "");
    EXPECT_EQ(keys_->find({1}).value()->spent, base::MicroUsd{});
    EXPECT_EQ(overview().spent_today, base::MicroUsd{});
}

TEST_P(StatisticsTest, CreditsThatAreRefusedKeepNothingElseFromBeingRead) {
    spender(1, 1'500'000);
    provider_.refuse_credits(true);
    EXPECT_EQ(run(), "reading credits: answered 403");
    const auto known = overview();
    EXPECT_EQ(known.spent_today, base::MicroUsd{1'500'000});
    EXPECT_EQ(known.spending_at, clock_.now());
    EXPECT_EQ(known.exposure_per_day, base::MicroUsd{2'500'000});
    EXPECT_FALSE(known.credits_left);
    EXPECT_FALSE(known.credits_at);
    EXPECT_EQ(known.credits_outlook.kind, CreditsOutlook::Kind::unknown);
    EXPECT_EQ(upstream_problem_of(known), "credits: answered 403");
    EXPECT_EQ(reads_, (std::map<std::string, int>{
                          {"credits failed", 1}, {"spending ok", 1}, {"exposure ok", 1}, {"activity ok", 1}}));
}

TEST_P(StatisticsTest, EachFigureHasItsOwnTimeAndIsAbsentWhenItIsOld) {
    spender(1, 1'500'000);
    EXPECT_EQ(run(), "");
    const auto read_at = clock_.now();
    EXPECT_EQ(overview().credits_left, base::MicroUsd{99'000'000});
    provider_.refuse_credits(true);
    for (int time = 0; time < 3; ++time) {
        clock_.advance(poll);
        run();
    }
    EXPECT_EQ(overview().credits_left, base::MicroUsd{99'000'000}) << "three failures may pass";
    clock_.advance(poll);
    run();
    const auto later = overview();
    EXPECT_FALSE(later.credits_left);
    EXPECT_EQ(later.credits_at, read_at);
    EXPECT_EQ(later.spending_at, clock_.now());
    EXPECT_TRUE(later.spent_today);
    provider_.refuse_credits(false);
    clock_.advance(poll);
    run();
    EXPECT_TRUE(overview().credits_left);
}

TEST_P(StatisticsTest, ReadingsThatFailAreNoReadings) {
    spender(1, 1'500'000);
    EXPECT_EQ(run(), "");
    const auto read_at = clock_.now();
    clock_.advance(poll);
    provider_.fail_next_list();
    EXPECT_TRUE(run().starts_with("reading spending: "));
    EXPECT_EQ(overview().spending_at, read_at);
    EXPECT_EQ(overview().credits_at, clock_.now());
    EXPECT_TRUE(upstream_problem_of(overview()).starts_with("spending: "));
    clock_.advance(base::Seconds{60});
    run();
    EXPECT_EQ(reads_["spending failed"] + reads_["spending ok"], 2) << "not asked again before its time";
    clock_.advance(std::chrono::hours{2});
    const auto old = overview();
    EXPECT_FALSE(old.spent_today || old.credits_left);
    EXPECT_EQ(old.figures_at, clock_.now()) << "of one key they are taken for each overview";
}

TEST_P(StatisticsTest, TheAlarmHearsOfAKeyThatWasEndedBetweenTwoReadings) {
    EXPECT_EQ(run(), "");
    const auto grant = spender(1, 7'000'000);
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, ending()));
    ASSERT_TRUE(spending_->note({reading_today(grant.delete_handle, 7'000'000)}));
    provider_.remove_key(grant.delete_handle);
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    EXPECT_EQ(alarms(), 0);
    clock_.advance(base::Seconds{31});
    EXPECT_EQ(run(), "");
    EXPECT_EQ(alarms(), 1);
    EXPECT_EQ(overview().spent_today, base::MicroUsd{7'000'000});
    clock_.advance(base::Seconds{31});
    EXPECT_EQ(run(), "");
    EXPECT_EQ(alarms(), 1) << "once a day";
}

TEST_P(StatisticsTest, TheAlarmHearsOfAKeyThatIsYoungerThanTheLastReading) {
    EXPECT_EQ(run(), "");
    clock_.advance(poll / 2);
    spender(1, 2'500'000);
    EXPECT_EQ(run(), "");
    EXPECT_EQ(alarms(), 0) << "nobody has asked yet";
    clock_.advance(poll / 2);
    EXPECT_EQ(run(), "");
    EXPECT_EQ(alarms(), 1) << "at the very run that reads it";
}

INSTANTIATE_TEST_SUITE_P(Stores, StatisticsTest, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
