// What every StatisticsStore promises, asked of both databases.
#include <gtest/gtest.h>

#include "insight/overview.hpp"
#include "insight/store_statistics.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

class StatisticsStoreContract : public StoresUnderTest {};

TEST_P(StatisticsStoreContract, FiguresAreTakenAndKept) {
    SqlStatisticsStore statistics(sql_);
    issue(1);
    issue(2);
    reserve(3);
    const auto gone = issue(4);
    ASSERT_TRUE(admin_->begin_revocations({gone.id}, ending()));
    ASSERT_TRUE(admin_->begin_change(issue(5).id, {true, std::nullopt}, "t"));
    const auto counts = statistics.status_counts();
    ASSERT_TRUE(counts) << counts.error().detail;
    EXPECT_EQ(counts->live, 5);
    EXPECT_EQ(counts->pending, 1);
    EXPECT_EQ(counts->ambiguous, 0);
    EXPECT_EQ(counts->revoking, 1);
    EXPECT_EQ(counts->disabled, 1);
    const auto exposure = statistics.exposure(clock_.now() + std::chrono::hours{36});
    ASSERT_TRUE(exposure) << exposure.error().detail;
    EXPECT_EQ(exposure->usable_keys, 2);
    EXPECT_EQ(exposure->per_day.value, 5'000'000);
    EXPECT_EQ(exposure->until_expiry.value, 5'000'000LL * 89) << "88.5 days are left, and a day that has begun counts";
    EXPECT_EQ(exposure->last_expiry, clock_.now() + std::chrono::days{90});
    const auto later = statistics.exposure(clock_.now() + std::chrono::days{90});
    EXPECT_EQ(later->expired_keys, 2);
    EXPECT_EQ(later->per_day.value, 0);

    const auto today = std::chrono::floor<std::chrono::days>(clock_.now());
    ASSERT_TRUE(statistics.count_day(today));
    ASSERT_TRUE(statistics.record_spending({{"handle-1", {900}}, {"nobody's", {5}}}, clock_.now()));
    for (int time = 0; time < 2; ++time)
        ASSERT_TRUE(statistics.record_spending({{"handle-1", {950}}}, clock_.now()));
    ASSERT_TRUE(statistics.count_spending(today));
    EXPECT_EQ(statistics.days(today)->at(0).spent.value, 0) << "no key's spending of today is known";
    ASSERT_TRUE(spending_->note({reading_today("handle-1", 400), reading_today("handle-2", 100)}));
    for (const std::int64_t spent : {450, 450}) {
        ASSERT_TRUE(spending_->note({reading_today("handle-1", spent)}));
        ASSERT_TRUE(statistics.count_spending(today));
    }
    const auto days = statistics.days(today);
    ASSERT_TRUE(days) << days.error().detail;
    ASSERT_EQ(days->size(), 1u);
    EXPECT_EQ(days->at(0).issued, 4);
    EXPECT_EQ(days->at(0).ended, 1);
    EXPECT_EQ(days->at(0).spent.value, 550) << "of all keys, however often it is counted";
    const auto today_by = statistics.spent_on(today, {{1}, {2}, {3}});
    ASSERT_TRUE(today_by) << today_by.error().detail;
    EXPECT_EQ(*today_by, (std::map<std::string, base::MicroUsd>{{"1", {450}}, {"2", {100}}}));
    EXPECT_TRUE(statistics.spent_on(today, {})->empty());
    EXPECT_EQ(keys_->find({1}).value()->spent.value, 950);
    EXPECT_EQ(keys_->find({1}).value()->spent_as_of, clock_.now());

    ASSERT_TRUE(statistics.record_failure("no answer", clock_.now()));
    ASSERT_TRUE(statistics.record_failure("no answer", clock_.now() + base::Seconds{5}));
    const auto failures = statistics.failures(10);
    ASSERT_EQ(failures->size(), 1u);
    EXPECT_EQ(failures->at(0).times, 2);
    ASSERT_TRUE(statistics.prune(clock_.now() + std::chrono::hours{1}));
    EXPECT_TRUE(statistics.failures(10)->empty());
    ASSERT_TRUE(statistics.set_facts({{"a", "1"}, {"b", ""}}, clock_.now()));
    ASSERT_TRUE(statistics.set_facts({{"a", "2"}}, clock_.now() + base::Seconds{5}));
    EXPECT_EQ(statistics.facts()->at("a").value, "2");
    EXPECT_EQ(statistics.facts()->at("b").noted_at, clock_.now());
    const auto overview = read_overview(statistics, {true, 100, {2'500'000}}, base::Seconds{300}, clock_.now());
    ASSERT_TRUE(overview) << overview.error().detail;
    EXPECT_EQ(overview->days.size(), 30u);
    EXPECT_EQ(overview->room, 95);
}

INSTANTIATE_TEST_SUITE_P(Stores, StatisticsStoreContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
