#include "app/jobs/reconcile_job.hpp"

#include <gtest/gtest.h>

#include "support/key_services.hpp"
#include "support/memory_leases.hpp"
#include "support/metric_lines.hpp"

namespace llmapikey::app {
namespace {

// Keeps facts and nothing else.
class FactStore final : public StatisticsStore {
public:
    base::Result<StatusCounts> status_counts() override { return StatusCounts{}; }
    base::Result<Exposure> exposure(base::Timestamp) override { return Exposure{}; }
    base::Result<void> count_day(base::Timestamp) override { return {}; }
    base::Result<void> record_spending(const std::vector<KeySpending>&, base::Timestamp) override { return {}; }
    base::Result<void> count_spending(base::Timestamp) override { return {}; }
    base::Result<std::map<std::string, base::MicroUsd>> spent_on(base::Timestamp,
                                                                 const std::vector<GithubUserId>&) override {
        return std::map<std::string, base::MicroUsd>();
    }
    base::Result<std::vector<Spender>> top_spenders(base::Timestamp, int) override { return std::vector<Spender>{}; }
    base::Result<std::vector<DayStatistics>> days(base::Timestamp) override { return std::vector<DayStatistics>{}; }
    base::Result<Facts> facts() override { return known; }
    base::Result<void> set_facts(const std::map<std::string, std::string>& facts, base::Timestamp now) override {
        for (const auto& [name, value] : facts)
            known[name] = {value, now};
        return {};
    }
    base::Result<void> record_failure(const std::string&, base::Timestamp) override { return {}; }
    base::Result<std::vector<Failure>> failures(int) override { return std::vector<Failure>{}; }
    base::Result<void> prune(base::Timestamp) override { return {}; }

    Facts known;
};

class ReconcileJobTest : public test::KeyServices {
protected:
    ReconcileJobTest() {
        auto facts = std::make_unique<FactStore>();
        facts_ = facts.get();
        stores_.statistics = std::move(facts);
    }
    ReconcileJob job(base::Seconds every) {
        return ReconcileJob({stores_, leases_, metrics_, reconciler_, clock_,
                             [this](const std::string& message) { failures_.push_back(message); },
                             [this](ReconcileReport&, const std::stop_token&) { ++looks_; }, "the provider"},
                            every, "a database");
    }
    std::string fact(const char* name) { return facts_->known[name].value; }
    bool has_metric(const std::string& line) { return test::has_line(metrics_, line); }

    Stores stores_;
    FactStore* facts_ = nullptr;
    test::MemoryLeases lease_store_;
    JobLeases leases_{lease_store_, clock_};
    ops::Metrics metrics_{{"other"}};
    Reconciler reconciler_{keys_.reconciling(), {Repair::fix, false, base::Seconds{30}, base::Seconds{15}}};
    std::vector<std::string> failures_;
    int looks_ = 0;
};

TEST_F(ReconcileJobTest, WhatARunCameToIsNotedForTheConsole) {
    issue(ada);
    auto reconciling = job(std::chrono::hours{1});
    reconciling.run_if_due({});
    EXPECT_TRUE(fact(fact::reconciled).starts_with("1 key upstream")) << fact(fact::reconciled);
    EXPECT_EQ(facts_->known[fact::reconciled].noted_at, clock_.now());
    EXPECT_EQ(fact(fact::reconcile_problem), "");
    EXPECT_EQ(fact(fact::unremembered_keys), "0");
    EXPECT_EQ(fact(fact::unremembered_note), "");
    EXPECT_EQ(looks_, 1) << "and the guardrail is looked at";
    EXPECT_TRUE(failures_.empty());
}

TEST_F(ReconcileJobTest, ItIsNotDueAgainBeforeItsPause) {
    auto rare = job(std::chrono::hours{1});
    rare.run_if_due({});
    rare.run_if_due({});
    EXPECT_EQ(provider_.list_calls(), 1);
    auto frequent = job(base::Seconds{0});
    frequent.run_if_due({});
    const auto end = base::Deadline::after(base::Millis{20'000});
    while (provider_.list_calls() < 3 && !end.has_passed())
        frequent.run_if_due({});
    EXPECT_EQ(provider_.list_calls(), 3);
}

TEST_F(ReconcileJobTest, AnotherProcessesTurnIsLeftToIt) {
    lease_store_.set_holder("reconcile", "another process");
    auto reconciling = job(base::Seconds{0});
    reconciling.run_if_due({});
    EXPECT_EQ(provider_.list_calls(), 0);
    EXPECT_TRUE(facts_->known.empty());
    lease_store_.set_holder("reconcile", "");
    reconciling.run_if_due({});
    EXPECT_EQ(provider_.list_calls(), 1) << "its turn comes when the other one is gone";
}

TEST_F(ReconcileJobTest, AListThatCannotBeReadIsAFailureAndKeepsTheLatestResult) {
    auto first = job(std::chrono::hours{1});
    first.run_if_due({});
    const auto before = facts_->known[fact::reconciled];
    clock_.advance(base::Seconds{60});
    provider_.fail_next_list();
    auto second = job(std::chrono::hours{1});
    second.run_if_due({});
    ASSERT_EQ(failures_.size(), 1u);
    EXPECT_TRUE(failures_[0].starts_with("reconciling: ")) << failures_[0];
    EXPECT_NE(fact(fact::reconcile_problem), "");
    EXPECT_EQ(facts_->known[fact::reconciled].value, before.value);
    EXPECT_EQ(facts_->known[fact::reconciled].noted_at, before.noted_at);
    EXPECT_EQ(looks_, 1);
    auto third = job(std::chrono::hours{1});
    third.run_if_due({});
    EXPECT_EQ(fact(fact::reconcile_problem), "") << "it is over";
}

TEST_F(ReconcileJobTest, WhatIsFoundAndMendedIsCounted) {
    const Grant expired = issue(ada);
    clock_.advance(std::chrono::days{91});
    auto reconciling = job(std::chrono::hours{1});
    reconciling.run_if_due({});
    EXPECT_FALSE(has_row(ada));
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_NE(fact(fact::reconciled).find("expired 1"), std::string::npos) << fact(fact::reconciled);
    EXPECT_TRUE(has_metric(R"(llmapikey_reconcile_findings_total{kind="expired",outcome="mended"} 1)"));
    EXPECT_TRUE(has_metric(R"(llmapikey_reconciliations_total{outcome="ok"} 1)"));
}

TEST_F(ReconcileJobTest, KeysOfAnotherLifeAreLeftAloneAndNoted) {
    // Made with our secret before this database's history began, which has never heard of it.
    provider_.add_key(upstream_key_name(ada.id, nonces_.make(ada.id)), base::Timestamp{} - std::chrono::hours{24});
    auto reconciling = job(std::chrono::hours{1});
    reconciling.run_if_due({});
    EXPECT_EQ(fact(fact::unremembered_keys), "1");
    EXPECT_NE(fact(fact::unremembered_note), "");
    EXPECT_EQ(provider_.live_keys().size(), 1u);
}

TEST_F(ReconcileJobTest, ARunThatWasToldToStopSaysNothing) {
    std::stop_source stop;
    stop.request_stop();
    auto reconciling = job(std::chrono::hours{1});
    reconciling.run_if_due(stop.get_token());
    EXPECT_TRUE(facts_->known.empty());
    EXPECT_TRUE(failures_.empty());
}

}  // namespace
}  // namespace llmapikey::app
