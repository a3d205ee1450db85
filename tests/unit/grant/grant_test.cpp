#include "grant/grant.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

TEST(GrantTest, TheCapIsLoweredByWhatEarlierKeysSpentUntilTheReset) {
    Grant grant;
    grant.daily_limit = base::MicroUsd{10'000'000};
    const base::Timestamp noon = std::chrono::sys_days{std::chrono::year{2027} / 2 / 22} + std::chrono::hours{12};
    EXPECT_EQ(limit_at(grant, noon).value, 10'000'000);
    grant.carried = base::MicroUsd{7'500'000};
    grant.carried_until = next_reset(noon);
    EXPECT_EQ(limit_at(grant, noon).value, 2'500'000);
    EXPECT_EQ(limit_at(grant, next_reset(noon) - base::Seconds{1}).value, 2'500'000);
    EXPECT_EQ(limit_at(grant, next_reset(noon)).value, 10'000'000);
    grant.carried = base::MicroUsd{11'000'000};
    EXPECT_EQ(limit_at(grant, noon).value, 0) << "never negative";
    EXPECT_EQ(day_text(noon), "2027-02-22");
}

TEST(GrantTest, IsSettledOnlyAfterTwiceTheCallTimeout) {
    Grant grant;
    grant.attempted_at = base::Timestamp{base::Seconds{1000}};
    const auto wait = settle_time(base::Seconds{15});
    EXPECT_EQ(wait, base::Seconds{30});
    EXPECT_FALSE(is_settled(grant, base::Timestamp{base::Seconds{1029}}, wait));
    EXPECT_TRUE(is_settled(grant, base::Timestamp{base::Seconds{1030}}, wait));
}

TEST(GrantTest, OnlyAnActiveKeyExpires) {
    Grant grant;
    grant.expires_at = base::Timestamp{base::Seconds{10}};
    EXPECT_FALSE(is_expired(grant, base::Timestamp{base::Seconds{11}}));
    grant.status = GrantStatus::active;
    EXPECT_FALSE(is_expired(grant, base::Timestamp{base::Seconds{9}}));
    EXPECT_TRUE(is_expired(grant, base::Timestamp{base::Seconds{10}}));
}

TEST(KeyHintTest, IsTheLastFourCharacters) {
    EXPECT_EQ(key_hint("sk-or-v1-abcdef"), "cdef");
    EXPECT_EQ(key_hint("abc"), "abc");
}

TEST(GrantStatusTest, RoundTripsItsText) {
    for (const auto status : {GrantStatus::pending, GrantStatus::ambiguous, GrantStatus::active}) {
        EXPECT_EQ(parse_grant_status(to_text(status)), status);
    }
    EXPECT_FALSE(parse_grant_status("revoked"));
}

}  // namespace
}  // namespace llmapikey
