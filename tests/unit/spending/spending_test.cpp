// What a reading says of a day. What a store makes of many: SpendingStoreContract.
#include "spending/spending.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const std::chrono::sys_days monday = std::chrono::year{2027} / 2 / 22;
const std::chrono::sys_days sunday = monday - days{1};
const base::Timestamp noon = monday + hours{12};

base::MicroUsd micro(std::int64_t value) {
    return base::MicroUsd{value};
}
SpendingReading reading(base::Timestamp at, std::int64_t usage, std::int64_t today) {
    return {"handle", micro(usage), micro(today), micro(today), at, {}};
}
KeyBooks books_of_key_made(base::Timestamp at) {
    return {{}, {}, at, {}};
}

TEST(SpentTodayTest, TheFigureThatIsBehindCatchesUp) {
    UpstreamKey key;
    key.usage_daily = micro(3);
    EXPECT_EQ(spent_today(key)->value, 3);
    key.limit = micro(10);
    key.limit_remaining = micro(4);
    key.limit_reset = "daily";
    EXPECT_EQ(spent_today(key)->value, 6) << "the cap knows of more";
    key.usage_daily = micro(8);
    EXPECT_EQ(spent_today(key)->value, 8);
    key.limit_reset = "monthly";
    key.usage_daily = micro(1);
    EXPECT_EQ(spent_today(key)->value, 1) << "that cap is not the day's";
    key.usage_daily = micro(-5);
    EXPECT_EQ(spent_today(key)->value, 0) << "never less than nothing";
}

TEST(SpentTodayTest, AReadingHoldsNoAmountBelowZero) {
    UpstreamKey key;
    key.delete_handle = "handle";
    key.usage = micro(-7);
    key.usage_daily = micro(-3);
    key.last_used_at = noon;
    const SpendingReading read = reading_of(key, noon);
    EXPECT_EQ(read.delete_handle, "handle");
    EXPECT_EQ(read.usage.value, 0);
    EXPECT_EQ(read.usage_today->value, 0);
    EXPECT_EQ(read.spent_today->value, 0);
    EXPECT_EQ(read.at, noon);
    EXPECT_EQ(read.last_used_at, noon);
}

TEST(NearBorderTest, IsTwoMinutesOnBothSidesOfMidnight) {
    EXPECT_TRUE(is_near_border(monday));
    EXPECT_TRUE(is_near_border(monday + minutes{2} - base::Seconds{1}));
    EXPECT_FALSE(is_near_border(monday + minutes{2}));
    EXPECT_FALSE(is_near_border(noon));
    EXPECT_FALSE(is_near_border(monday - minutes{2} - base::Seconds{1}));
    EXPECT_TRUE(is_near_border(monday - minutes{2}));
}

TEST(BookTest, AKeyThatHasSpentNothingNeedsNoRow) {
    EXPECT_TRUE(book(reading(noon, 0, 0), books_of_key_made(monday + hours{8})).empty());
    EXPECT_TRUE(book(reading(monday + base::Seconds{5}, 0, 0), books_of_key_made(monday)).empty());
}

TEST(BookTest, TheFirstSpendingOfADayIsBookedWithWhatItReplaces) {
    const auto first = book(reading(noon, 5, 5), books_of_key_made(monday + hours{8}));
    ASSERT_EQ(first.size(), 1u);
    EXPECT_EQ(first[0].becomes, (BookedDay{monday, micro(5), micro(5), noon}));
    EXPECT_FALSE(first[0].was);
    KeyBooks books = books_of_key_made(monday + hours{8});
    books.today = first[0].becomes;
    const auto second = book(reading(noon + minutes{5}, 9, 9), books);
    ASSERT_EQ(second.size(), 1u);
    EXPECT_EQ(second[0].becomes.spent.value, 9);
    EXPECT_EQ(second[0].was, books.today) << "so that of two who book at once one is seen to be late";
}

TEST(BookTest, WhatIsBookedAlreadyIsNotBookedAgain) {
    KeyBooks books = books_of_key_made(monday + hours{8});
    books.today = BookedDay{monday, micro(5), micro(5), noon};
    EXPECT_TRUE(book(reading(noon, 5, 5), books).empty());
    EXPECT_TRUE(book(reading(noon + minutes{5}, 5, 5), books).empty()) << "nothing was spent since";
    EXPECT_TRUE(book(reading(noon - minutes{5}, 3, 3), books).empty()) << "it comes late";
}

TEST(BookTest, BookingSomeOfTheDaysAndThenAllComesToTheSame) {
    KeyBooks books = books_of_key_made(monday - days{9});
    books.before = BookedDay{monday - days{5}, micro(1), micro(1), monday - days{5} + hours{12}};
    const auto all = book(reading(noon, 101, 20), books);
    ASSERT_EQ(all.size(), 5u) << "four days, and today";
    std::int64_t sum = 0;
    for (const Booking& each : all)
        sum += each.becomes.spent.value;
    EXPECT_EQ(sum, 100);
    EXPECT_EQ(all.back().becomes.day, monday);
    EXPECT_EQ(all.back().becomes.spent.value, 20);
    // The process dies after the second one.
    KeyBooks half = books;
    half.before = all[1].becomes;
    const auto rest = book(reading(noon, 101, 20), half);
    ASSERT_EQ(rest.size(), 3u);
    for (std::size_t i = 0; i < rest.size(); ++i) {
        EXPECT_EQ(rest[i].becomes.day, all[i + 2].becomes.day);
        EXPECT_EQ(rest[i].becomes.spent, all[i + 2].becomes.spent);
        EXPECT_EQ(rest[i].becomes.usage, all[i + 2].becomes.usage);
    }
}

TEST(BookTest, WhatWasSpentLongAgoIsSpreadOverAMonthAtTheMost) {
    KeyBooks books = books_of_key_made(monday - days{400});
    books.before = BookedDay{monday - days{300}, micro(0), micro(0), monday - days{300}};
    const auto all = book(reading(noon, 3'100, 0), books);
    std::int64_t sum = 0;
    for (const Booking& each : all)
        sum += each.becomes.spent.value;
    EXPECT_EQ(sum, 3'100) << "nothing is lost";
    EXPECT_EQ(all.front().becomes.day, monday - days{31});
    EXPECT_EQ(all.front().becomes.spent.value, 100);
}

TEST(BookTest, OfAnOlderKeyThatWasNeverReadTheUsageIsKeptForTheNextTime) {
    const auto first = book(reading(noon, 400, 0), books_of_key_made(monday - days{60}));
    ASSERT_EQ(first.size(), 1u);
    EXPECT_EQ(first[0].becomes.spent.value, 0) << "when it was spent nobody knows";
    EXPECT_EQ(first[0].becomes.usage->value, 400);
}

TEST(BookTest, AUsageThatFallsBeginsAnew) {
    KeyBooks books = books_of_key_made(sunday);
    books.before = BookedDay{sunday, micro(50), micro(50), sunday + hours{12}};
    books.today = BookedDay{monday, micro(20), micro(70), noon - hours{1}};
    const auto all = book(reading(noon, 40, 10), books);
    ASSERT_EQ(all.size(), 2u);
    EXPECT_EQ(all[0].becomes.day, sunday);
    EXPECT_EQ(all[0].becomes.spent.value, 50) << "earlier days stay as they are";
    EXPECT_EQ(all[0].becomes.usage->value, 30);
    EXPECT_EQ(all[1].becomes.spent.value, 10);
}

}  // namespace
}  // namespace llmapikey
