// What every SpendingStore promises, asked of each, and what a key is then left of its day.
#include <gtest/gtest.h>

#include <map>

#include "base/crypto.hpp"
#include "spending/spending.hpp"
#include "spending/store_spending.hpp"
#include "sql/postgres/postgres_sql.hpp"
#include "sql/sqlite/sqlite_sql.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_key_store.hpp"
#include "support/postgres_database.hpp"
#include "support/sqlite_database.hpp"

namespace llmapikey::test {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const Seat ada{{1001}};
const std::string handle(64, 'a');
// 22 February 2027, 00:00 UTC: a Monday.
const base::Timestamp monday = std::chrono::sys_days{std::chrono::year{2027} / 2 / 22};
const base::Timestamp tuesday = monday + hours{24};

base::MicroUsd usd(std::int64_t micro) {
    return {micro};
}

class SpendingStoreContract : public testing::TestWithParam<std::string> {
protected:
    SpendingStoreContract() {
        if (GetParam() == "memory") {
            auto memory = std::make_shared<MemoryKeyStore>();
            keys_ = memory;
            spending_ = memory;
        } else if (GetParam() == "sqlite") {
            const auto connections = open_connections(folder_.file());
            keys_ = std::make_shared<sqlite::SqliteKeyStore>(connections);
            spending_ = std::make_shared<SqlSpendingStore>(std::make_shared<sqlite::SqliteSql>(connections));
        } else {
            reset_schema();
            const auto database = open_database(GetParam() == "postgres" ? postgres_url() : pgbouncer_url());
            keys_ = std::make_shared<postgres::PostgresKeyStore>(database);
            spending_ = std::make_shared<SqlSpendingStore>(std::make_shared<postgres::PostgresSql>(database));
        }
    }

    Grant reserve(const Seat& seat, base::Timestamp now) {
        const ReserveRequest request{seat,
                                     "login",
                                     base::random_uuid(),
                                     base::random_token(16),
                                     base::MicroUsd{10'000'000},
                                     now,
                                     now + std::chrono::days{90}};
        return std::get<Reserved>(keys_->reserve(request).value()).grant;
    }
    void issue(base::Timestamp now, const std::string& as = handle, const Seat& seat = ada) {
        const auto grant = reserve(seat, now);
        ASSERT_TRUE(keys_->activate(attempt_of(grant), {as, "v1.sealed", "1234"}));
    }
    // In millionths of a dollar: since the key was made, and on upstream's day.
    void note(base::Timestamp at, std::int64_t usage, std::int64_t today, const std::string& of = handle) {
        ASSERT_TRUE(spending_->note({{of, usd(usage), usd(today), usd(today), at, {}}}));
    }
    std::map<std::string, std::int64_t> days(const Seat& seat = ada) {
        std::map<std::string, std::int64_t> found;
        const auto known = spending_->days(seat, monday - std::chrono::days{300}).value();
        for (const SpendingDay& day : known)
            found[day.day] = day.spent.value;
        return found;
    }
    using Days = std::map<std::string, std::int64_t>;
    static constexpr const char* sun = "2027-02-21";
    static constexpr const char* mon = "2027-02-22";
    static constexpr const char* tue = "2027-02-23";

    TemporaryFolder folder_;
    std::shared_ptr<KeyStore> keys_;
    std::shared_ptr<SpendingStore> spending_;
};

TEST_P(SpendingStoreContract, ADayIsWhatUpstreamSaysOfItAndRepeatingChangesNothing) {
    issue(monday + hours{8});
    for (int times = 0; times < 2; ++times) {
        note(monday + hours{9}, 2'000'000, 2'000'000);
        EXPECT_EQ(days(), (Days{{mon, 2'000'000}}));
    }
    note(monday + hours{10}, 3'000'000, 3'000'000);
    EXPECT_EQ(days(), (Days{{mon, 3'000'000}}));
}

TEST_P(SpendingStoreContract, KeysThatNoRowHoldsArePassedOver) {
    issue(monday + hours{8});
    const std::string odd = "a\"b',c";
    ASSERT_TRUE(spending_->note({{"unknown", usd(5), usd(5), usd(5), monday + hours{9}, {}},
                                 {odd, usd(5), usd(5), usd(5), monday + hours{9}, {}},
                                 {handle, usd(7), usd(7), usd(7), monday + hours{9}, {}}}));
    EXPECT_EQ(days(), (Days{{mon, 7}}));
}

TEST_P(SpendingStoreContract, YesterdaysFigureIsNotTodaysWhereUpstreamsDayBeginsAfterOurs) {
    issue(monday + hours{8});
    note(monday + hours{23}, 9'500'000, 9'500'000);
    note(tuesday + base::Seconds{5}, 9'500'000, 9'500'000);
    EXPECT_EQ(days(), (Days{{mon, 9'500'000}}));
    note(tuesday + base::Seconds{40}, 9'700'000, 200'000);
    note(tuesday + minutes{5}, 9'700'000, 200'000);
    EXPECT_EQ(days(), (Days{{mon, 9'500'000}, {tue, 200'000}}));
}

TEST_P(SpendingStoreContract, NothingIsLostWhereUpstreamsDayBeginsBeforeOurs) {
    issue(monday + hours{8});
    note(monday + hours{23}, 6'000'000, 6'000'000);
    note(tuesday - base::Seconds{20}, 6'400'000, 0);        // its day is new, and 40 cents are of the one before
    note(tuesday - base::Seconds{10}, 7'000'000, 600'000);  // these are of the new one
    note(tuesday + minutes{5}, 7'100'000, 700'000);
    EXPECT_EQ(days(), (Days{{mon, 6'400'000}, {tue, 700'000}}));
}

TEST_P(SpendingStoreContract, AKeyReplacedJustAfterMidnightLeavesTheWholeCap) {
    issue(monday + hours{8});
    note(monday + hours{9}, 9'500'000, 9'500'000);
    ASSERT_TRUE(spending_->note_all_read(tuesday - minutes{3}));
    note(tuesday + base::Seconds{3}, 9'500'000, 9'500'000);  // what ending the key has said
    EXPECT_EQ(reserve({2}, tuesday + base::Seconds{4}).carried.value, 0);
    EXPECT_FALSE(days().contains(tue));
}

TEST_P(SpendingStoreContract, WhatIsSpentJustAfterMidnightCountsWhereTheKeyWasReadShortlyBefore) {
    issue(monday + hours{8});
    ASSERT_TRUE(spending_->note_all_read(tuesday - minutes{3}));
    note(tuesday + minutes{1}, 8'000'000, 8'000'000);
    EXPECT_EQ(days(), (Days{{tue, 8'000'000}}));
}

TEST_P(SpendingStoreContract, WithoutAReadingShortlyBeforeWhatIsSpentAroundMidnightIsYesterdays) {
    issue(monday + hours{8});
    note(monday + hours{9}, 1'000'000, 1'000'000);
    note(tuesday + minutes{1}, 9'500'000, 9'500'000);
    EXPECT_EQ(days(), (Days{{mon, 9'500'000}}));
    note(tuesday + minutes{10}, 9'600'000, 300'000);
    EXPECT_EQ(days(), (Days{{mon, 9'300'000}, {tue, 300'000}})) << "away from the border upstream's word counts";
}

TEST_P(SpendingStoreContract, ALowerFigureOfTheSameDayCorrectsAHigherOne) {
    issue(monday - hours{40});
    note(monday - hours{1}, 7'000'000, 7'000'000);
    note(monday + minutes{3}, 7'000'000, 7'000'000);  // upstream's day begins even later
    note(monday + minutes{9}, 7'000'000, 0);
    EXPECT_EQ(days(), (Days{{sun, 7'000'000}}));
    note(monday + minutes{19}, 9'000'000, 2'000'000);
    note(monday + minutes{29}, 9'000'000, 1'500'000);
    EXPECT_EQ(days(), (Days{{sun, 7'500'000}, {mon, 1'500'000}}));
}

TEST_P(SpendingStoreContract, AReadingThatComesLateSaysNothing) {
    issue(monday + hours{8});
    note(monday + hours{10}, 3'000'000, 3'000'000);
    note(monday + hours{9}, 2'000'000, 2'000'000);
    note(monday + hours{10}, 2'500'000, 2'500'000);
    EXPECT_EQ(days(), (Days{{mon, 3'000'000}}));
}

TEST_P(SpendingStoreContract, WhatWasSpentOnMissedDaysIsSpreadOverThem) {
    issue(monday - hours{24 * 5 - 8});
    note(monday - hours{24 * 5 - 9}, 1'000'000, 1'000'000);
    note(monday + hours{12}, 10'000'000, 1'000'000);
    EXPECT_EQ(days(), (Days{{"2027-02-17", 1'000'000},
                            {"2027-02-18", 2'000'000},
                            {"2027-02-19", 2'000'000},
                            {"2027-02-20", 2'000'000},
                            {sun, 2'000'000},
                            {mon, 1'000'000}}));
}

TEST_P(SpendingStoreContract, WhatWasSpentAfterTheLastReadingOfADayIsOfThatDay) {
    issue(monday - hours{100});
    note(monday - hours{90}, 1'000'000, 1'000'000);
    ASSERT_TRUE(spending_->note_all_read(tuesday - minutes{5}));
    note(tuesday + minutes{5}, 3'000'000, 0);
    EXPECT_EQ(days(), (Days{{"2027-02-18", 1'000'000}, {mon, 2'000'000}}));
}

TEST_P(SpendingStoreContract, OfAnOldKeyThatWasNeverReadOnlyTheDayIsKnown) {
    issue(monday - hours{24 * 60});
    note(monday + hours{12}, 400'000'000, 2'000'000);
    EXPECT_EQ(days(), (Days{{mon, 2'000'000}}));
    note(tuesday + base::Seconds{5}, 400'000'000, 2'000'000);
    EXPECT_EQ(days(), (Days{{mon, 2'000'000}}));
}

TEST_P(SpendingStoreContract, WhatUpstreamTakesBackLeavesEarlierDaysAsTheyAre) {
    issue(monday + hours{8});
    note(monday + hours{12}, 5'000'000, 5'000'000);
    note(tuesday + hours{12}, 7'000'000, 2'000'000);
    note(tuesday + hours{13}, 4'000'000, 500'000);
    EXPECT_EQ(days(), (Days{{mon, 5'000'000}, {tue, 500'000}}));
    note(tuesday + hours{14}, 4'250'000, 750'000);
    EXPECT_EQ(days(), (Days{{mon, 5'000'000}, {tue, 750'000}}));
}

TEST_P(SpendingStoreContract, KeysOfOneAccountAddUpAndAReservationCarriesTheDay) {
    issue(monday + hours{8});
    issue(monday + hours{8}, "other-key", {2});
    ASSERT_TRUE(spending_->note({{handle, usd(3'000'000), usd(3'000'000), usd(3'000'000), monday + hours{9}, {}},
                                 {"other-key", usd(1), usd(1), usd(1), monday + hours{9}, {}}}));
    EXPECT_EQ(days(), (Days{{mon, 3'000'000}}));
    EXPECT_EQ(days({2}), (Days{{mon, 1}}));
}

TEST_P(SpendingStoreContract, WhatIsLeftOfTheCapIsTheWordOfTheCap) {
    issue(monday + hours{8});
    ASSERT_TRUE(spending_->note({{handle, usd(2'000'000), usd(2'000'000), usd(3'000'000), monday + hours{9}, {}}}));
    EXPECT_EQ(days(), (Days{{mon, 3'000'000}})) << "the figure that is behind catches up";
}

TEST_P(SpendingStoreContract, TheLastUseIsKeptAndNeverGoesBack) {
    issue(monday + hours{8});
    EXPECT_FALSE(keys_->find(ada)->value().last_used_at);
    for (const auto used : {monday + hours{9}, monday + hours{8}})
        ASSERT_TRUE(spending_->note({{handle, {}, {}, {}, monday + hours{10}, used}}));
    EXPECT_EQ(keys_->find(ada)->value().last_used_at, monday + hours{9});
}

TEST_P(SpendingStoreContract, OldDaysAreForgotten) {
    issue(monday - hours{40});
    note(monday - hours{12}, 1, 1);
    note(monday + hours{12}, 3, 2);
    ASSERT_TRUE(spending_->prune_days(monday));
    EXPECT_EQ(days(), (Days{{mon, 2}}));
}

INSTANTIATE_TEST_SUITE_P(Stores, SpendingStoreContract, testing::Values("memory", "sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
