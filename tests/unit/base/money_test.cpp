#include "base/money.hpp"

#include <gtest/gtest.h>

namespace llmapikey::base {
namespace {

TEST(MoneyTest, ShowsNoMoreDigitsThanThereAre) {
    EXPECT_EQ(to_display(MicroUsd{10'000'000}), "10");
    EXPECT_EQ(to_display(MicroUsd{2'500'000}), "2.50");
    EXPECT_EQ(to_display(MicroUsd{3'000}), "0.003");
    EXPECT_EQ(to_display(MicroUsd{-1'250'000}), "-1.25");
}

TEST(Money, ForPeopleItHasTwoDecimalsAndSeparators) {
    EXPECT_EQ(to_money(MicroUsd{10'000'000}), "$10.00");
    EXPECT_EQ(grouped(999), "999");
    EXPECT_EQ(grouped(210'039), "210,039");
    EXPECT_EQ(grouped(-1'000), "-1,000");
    EXPECT_EQ(to_money(MicroUsd{48'600'000'000}), "$48,600.00");
    EXPECT_EQ(to_money(MicroUsd{1'234'567'890'000}), "$1,234,567.89");
    EXPECT_EQ(to_money(MicroUsd{999'995'000}), "$1,000.00");
    EXPECT_EQ(to_money(MicroUsd{6'999'990}), "$7.00");
    EXPECT_EQ(to_money(MicroUsd{}), "$0.00");
    EXPECT_EQ(to_money(MicroUsd{10'000}), "$0.01");
    EXPECT_EQ(to_money(MicroUsd{-1'250'000}), "-$1.25");
    EXPECT_EQ(to_money(MicroUsd{-1}), "$0.00");
    EXPECT_EQ(MicroUsd::from_usd(0.1 + 0.2).value, 300'000);
}

TEST(Money, ACapIsWrittenExactly) {
    EXPECT_EQ(to_cap(MicroUsd{10'000'000}), "$10.00");
    EXPECT_EQ(to_cap(MicroUsd{2'500'000}), "$2.50");
    EXPECT_EQ(to_cap(MicroUsd{2'505'000}), "$2.505");
    EXPECT_EQ(to_cap(MicroUsd{48'600'000'001}), "$48,600.000001");
    EXPECT_EQ(to_cap(MicroUsd{100'000'000'000}), "$100,000.00");
    EXPECT_EQ(to_cap(MicroUsd{50}), "$0.00005");
}

TEST(Money, ForPeopleAnAmountBelowACentHasUpToFourDigits) {
    EXPECT_EQ(to_money(MicroUsd{4'200}), "$0.0042");
    EXPECT_EQ(to_money(MicroUsd{5'000}), "$0.005");
    EXPECT_EQ(to_money(MicroUsd{3'050}), "$0.0031");
    EXPECT_EQ(to_money(MicroUsd{100}), "$0.0001");
    EXPECT_EQ(to_money(MicroUsd{99}), "less than $0.0001");
    EXPECT_EQ(to_money(MicroUsd{1}), "less than $0.0001");
    EXPECT_EQ(to_money(MicroUsd{9'949}), "$0.0099");
    EXPECT_EQ(to_money(MicroUsd{9'950}), "$0.01") << "rounded, it is a cent";
    EXPECT_EQ(to_money(MicroUsd{9'999}), "$0.01");
}

}  // namespace
}  // namespace llmapikey::base
