#include "insight/overview.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

constexpr std::int64_t dollar = 1'000'000;
// Noon of 22 February 2027.
const base::Timestamp now = std::chrono::sys_days{std::chrono::year{2027} / 2 / 22} + std::chrono::hours{12};
constexpr base::Seconds spending_every{300};

// Figures as they are told to be.
class KnownFigures final : public StatisticsStore {
public:
    base::Result<StatusCounts> status_counts() override {
        if (is_away) return base::fail(base::Errc::store_unavailable, "away");
        return counts;
    }
    base::Result<Exposure> exposure(base::Timestamp) override {
        EXPECT_LE(counts.live, keys_summed_max) << "it reads every row";
        return exposed;
    }
    base::Result<void> count_day(base::Timestamp) override { return {}; }
    base::Result<void> record_spending(const std::vector<KeySpending>&, base::Timestamp) override { return {}; }
    base::Result<void> count_spending(base::Timestamp) override { return {}; }
    base::Result<std::map<std::string, base::MicroUsd>> spent_on(base::Timestamp,
                                                                 const std::vector<GithubUserId>&) override {
        return std::map<std::string, base::MicroUsd>();
    }
    base::Result<std::vector<Spender>> top_spenders(base::Timestamp, int) override { return std::vector<Spender>{}; }
    base::Result<std::vector<DayStatistics>> days(base::Timestamp since) override {
        asked_since = since;
        return known_days;
    }
    base::Result<Facts> facts() override { return known; }
    base::Result<void> set_facts(const std::map<std::string, std::string>&, base::Timestamp) override { return {}; }
    base::Result<void> record_failure(const std::string&, base::Timestamp) override { return {}; }
    base::Result<std::vector<Failure>> failures(int limit) override {
        return std::vector<Failure>(static_cast<std::size_t>(limit));
    }
    base::Result<void> prune(base::Timestamp) override { return {}; }

    bool is_away = false;
    StatusCounts counts;
    Exposure exposed;
    std::vector<DayStatistics> known_days;
    Facts known;
    base::Timestamp asked_since;
};

class OverviewTest : public testing::Test {
protected:
    OverviewTest() {
        terms_.daily_limit = base::MicroUsd{10 * dollar};
        terms_.key_lifetime = std::chrono::days{90};
        store_.counts.live = keys_summed_max + 1;
    }
    void know(const char* name, const std::string& value, base::Seconds ago = base::Seconds{0}) {
        store_.known[name] = {value, now - ago};
    }
    void know(const char* name, std::int64_t value, base::Seconds ago = base::Seconds{0}) {
        know(name, std::to_string(value), ago);
    }
    Overview overview() {
        const auto read = read_overview(store_, terms_, spending_every, now);
        EXPECT_TRUE(read) << read.error().detail;
        return *read;
    }

    KnownFigures store_;
    Terms terms_;
};

TEST_F(OverviewTest, OfANewInstallationNothingIsKnown) {
    const Overview nothing = overview();
    EXPECT_FALSE(nothing.room) << "there is no limit";
    EXPECT_FALSE(nothing.exposure_per_day);
    EXPECT_FALSE(nothing.figures_at);
    EXPECT_FALSE(nothing.spent_today);
    EXPECT_FALSE(nothing.credits_left);
    EXPECT_FALSE(nothing.keys_to_honor);
    EXPECT_FALSE(nothing.dead_deliveries);
    EXPECT_FALSE(nothing.reconciled_at);
    EXPECT_EQ(nothing.credits_outlook.kind, CreditsOutlook::Kind::unknown);
    EXPECT_EQ(upstream_problem_of(nothing), "");
}

TEST_F(OverviewTest, HasEachOfTheLastThirtyDays) {
    store_.known_days = {{"2027-02-20", 3, 1, {5 * dollar}}, {"2027-02-22", 1, 0, {2 * dollar}}};
    const Overview all = overview();
    EXPECT_EQ(store_.asked_since, std::chrono::sys_days{std::chrono::year{2027} / 1 / 24});
    ASSERT_EQ(all.days.size(), 30u);
    EXPECT_EQ(all.days.front().day, "2027-01-24");
    EXPECT_EQ(all.days[27].issued, 3);
    EXPECT_EQ(all.days[28].day, "2027-02-21");
    EXPECT_EQ(all.days[28].spent.value, 0) << "a day without anything";
    EXPECT_EQ(all.days.back().day, "2027-02-22");
    EXPECT_EQ(all.days.back().spent.value, 2 * dollar);
    EXPECT_EQ(all.failures.size(), 10u);
}

TEST_F(OverviewTest, RoomIsNeverLessThanNone) {
    terms_.max_total_keys = 10;
    store_.counts.live = 7;
    EXPECT_EQ(overview().room, 3);
    store_.counts.live = 12;
    EXPECT_EQ(overview().room, 0) << "the limit was lowered";
}

TEST_F(OverviewTest, AnExposureThatIsOldIsMissingAndItsTimeIsNot) {
    const auto take = [&](base::Seconds ago) {
        know(fact::figures, "", ago);
        know(fact::usable_keys, 5, ago);
        know(fact::exposure_per_day, 50 * dollar, ago);
        know(fact::exposure_until, 900 * dollar, ago);
        know(fact::last_expiry, now.time_since_epoch().count() + 60, ago);
        return overview();
    };
    const Overview fresh = take(std::chrono::minutes{30});
    EXPECT_EQ(fresh.exposure_per_day->value, 50 * dollar);
    EXPECT_EQ(fresh.exposure_until_expiry->value, 900 * dollar);
    EXPECT_EQ(fresh.usable_keys, 5);
    EXPECT_EQ(fresh.last_expiry, now + base::Seconds{60});
    const Overview old = take(std::chrono::minutes{30} + base::Seconds{1});
    EXPECT_FALSE(old.exposure_per_day);
    EXPECT_FALSE(old.exposure_until_expiry);
    EXPECT_EQ(old.figures_at, now - std::chrono::minutes{30} - base::Seconds{1});
}

TEST_F(OverviewTest, OfFewKeysTheExposureIsThatOfNow) {
    know(fact::figures, "", std::chrono::minutes{5});
    know(fact::usable_keys, 1, std::chrono::minutes{5});
    know(fact::exposure_per_day, 10 * dollar, std::chrono::minutes{5});
    store_.counts.live = keys_summed_max;
    store_.exposed = {2, 1, {20 * dollar}, {1'800 * dollar}, now + std::chrono::days{90}};
    const Overview read = overview();
    EXPECT_EQ(read.usable_keys, 2);
    EXPECT_EQ(read.expired_keys, 1);
    EXPECT_EQ(read.exposure_per_day->value, 20 * dollar);
    EXPECT_EQ(read.exposure_until_expiry->value, 1'800 * dollar);
    EXPECT_EQ(read.last_expiry, now + std::chrono::days{90});
    EXPECT_EQ(read.figures_at, now);
}

TEST_F(OverviewTest, AmountsAreOldAfterThreeReadingsThatDidNotCome) {
    EXPECT_EQ(amount_age_max(spending_every), base::Seconds{930});
    EXPECT_EQ(amount_age_max(base::Seconds{0}), base::Seconds{30});
    store_.known_days = {{"2027-02-22", 0, 0, {2 * dollar}}};
    for (const int ago : {930, 931}) {
        know(fact::spending, "", base::Seconds{ago});
        know(fact::credits_total, 100 * dollar, base::Seconds{ago});
        know(fact::credits_used, 40 * dollar, base::Seconds{ago});
        const Overview read = overview();
        EXPECT_EQ(read.spent_today.has_value(), ago == 930);
        EXPECT_EQ(read.credits_left.has_value(), ago == 930);
        EXPECT_EQ(read.spending_at, now - base::Seconds{ago});
        EXPECT_EQ(read.credits_at, now - base::Seconds{ago});
        if (ago != 930) continue;
        EXPECT_EQ(read.spent_today->value, 2 * dollar);
        EXPECT_EQ(read.credits_left->value, 60 * dollar);
    }
}

TEST_F(OverviewTest, CreditsAreLeftOnlyWhereBothFiguresAreKnown) {
    know(fact::credits_total, 100 * dollar);
    EXPECT_FALSE(overview().credits_left);
    know(fact::credits_used, "what?");
    EXPECT_FALSE(overview().credits_left);
    know(fact::credits_used, 130 * dollar);
    EXPECT_EQ(overview().credits_left->value, -30 * dollar) << "an overdraft is told as one";
}

TEST_F(OverviewTest, HowManyMoreKeysTheCreditsHonor) {
    know(fact::credits_total, 2'000 * dollar);
    know(fact::credits_used, 0);
    know(fact::exposure_until, 100 * dollar);
    EXPECT_EQ(overview().keys_to_honor, 2) << "1,900 dollars, at 900 for each key's life";
    know(fact::exposure_until, 2'100 * dollar);
    EXPECT_EQ(overview().keys_to_honor, 0);
    terms_.daily_limit = {};
    EXPECT_FALSE(overview().keys_to_honor) << "a key that promises nothing costs nothing";
}

TEST_F(OverviewTest, SaysWhatTheLastReconciliationCameTo) {
    know(fact::reconciled, "all is well", base::Seconds{60});
    know(fact::reconcile_problem, "no answer");
    know(fact::unremembered_keys, 3);
    know(fact::unremembered_note, "3 keys");
    const Overview read = overview();
    EXPECT_EQ(read.reconciled, "all is well");
    EXPECT_EQ(read.reconciled_at, now - base::Seconds{60});
    EXPECT_EQ(read.reconcile_problem, "no answer");
    EXPECT_EQ(read.unremembered_keys, 3);
    EXPECT_EQ(read.unremembered_note, "3 keys");
}

TEST_F(OverviewTest, NamesEachAmountThatCouldNotBeRead) {
    know(fact::spending_problem, "no answer");
    EXPECT_EQ(upstream_problem_of(overview()), "spending: no answer");
    know(fact::credits_problem, "refused");
    EXPECT_EQ(upstream_problem_of(overview()), "credits: refused; spending: no answer");
    know(fact::spending_problem, "");
    EXPECT_EQ(upstream_problem_of(overview()), "credits: refused");
}

TEST_F(OverviewTest, AStoreThatIsAwayIsNoEmptyOverview) {
    store_.is_away = true;
    EXPECT_EQ(read_overview(store_, terms_, spending_every, now).error().code, base::Errc::store_unavailable);
}

}  // namespace
}  // namespace llmapikey
