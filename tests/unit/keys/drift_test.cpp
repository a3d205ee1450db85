#include "keys/drift.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

const base::Timestamp now = std::chrono::sys_days{std::chrono::year{2027} / 2 / 22} + std::chrono::hours{12};

class DriftTest : public testing::Test {
protected:
    DriftTest() {
        grant_.status = GrantStatus::active;
        grant_.nonce = "nonce";
        grant_.daily_limit = base::MicroUsd{10};
        grant_.expires_at = now + std::chrono::days{90};
        key_.limit = base::MicroUsd{10};
        key_.limit_reset = daily_reset;
        key_.expires_at = grant_.expires_at;
    }
    Drift drift() { return drift_between(key_, grant_, now); }

    Grant grant_;
    UpstreamKey key_;
};

TEST_F(DriftTest, WhatIsAsAgreedIsNone) {
    EXPECT_FALSE(is_drift(drift()));
    EXPECT_EQ(describe(drift()), "");
    grant_.is_disabled = key_.is_disabled = true;
    EXPECT_FALSE(is_drift(drift()));
}

TEST_F(DriftTest, AnUpstreamThatAllowsMoreIsLooser) {
    key_.limit = base::MicroUsd{11};
    EXPECT_TRUE(drift().is_looser);
    key_.limit = std::nullopt;
    EXPECT_TRUE(drift().is_looser) << "no cap at all";
    key_.limit = base::MicroUsd{10};
    for (const char* reset : {"weekly", "monthly", ""}) {
        key_.limit_reset = reset;
        EXPECT_TRUE(drift().is_looser) << reset;
    }
    key_.limit_reset = daily_reset;
    grant_.is_disabled = true;
    EXPECT_TRUE(drift().is_looser) << "it is switched off here and works there";
    EXPECT_FALSE(drift().stricter.is_disabled);
    EXPECT_FALSE(drift().stricter.daily_limit) << "the row stays as it is";
}

TEST_F(DriftTest, AnUpstreamThatAllowsLessIsBelieved) {
    key_.limit = base::MicroUsd{4};
    key_.is_disabled = true;
    EXPECT_FALSE(drift().is_looser);
    EXPECT_EQ(drift().stricter.daily_limit->value, 4);
    EXPECT_EQ(drift().stricter.is_disabled, true);
    EXPECT_EQ(describe(drift()), "it was switched off upstream; its cap was lowered upstream");
}

TEST_F(DriftTest, ACapThatIsLoweredForADayIsNoStricterOne) {
    grant_.carried = base::MicroUsd{7};
    grant_.carried_until = next_reset(now);
    key_.limit = base::MicroUsd{3};
    EXPECT_FALSE(is_drift(drift())) << "as it was told";
    key_.limit = base::MicroUsd{2};
    EXPECT_FALSE(drift().stricter.daily_limit) << "tomorrow it is raised all the same";
    key_.limit = base::MicroUsd{10};
    EXPECT_TRUE(drift().is_looser) << "today less was agreed";
}

TEST_F(DriftTest, AChangeOnItsWayIsNone) {
    grant_.unsynced = "token";
    key_.limit = std::nullopt;
    key_.is_disabled = true;
    key_.expires_at = now;
    EXPECT_FALSE(is_drift(drift()));
}

TEST_F(DriftTest, OfAKeyThatWeMadeTheEarlierExpiryCountsAndOfAnAdoptedOneUpstreams) {
    key_.expires_at = grant_.expires_at + std::chrono::days{1};
    EXPECT_FALSE(drift().expires_at) << "later than we asked for";
    key_.expires_at = grant_.expires_at - std::chrono::days{1};
    EXPECT_EQ(drift().expires_at, key_.expires_at);
    grant_.nonce.clear();
    EXPECT_EQ(drift().expires_at, key_.expires_at);
    key_.expires_at = grant_.expires_at + std::chrono::days{1};
    EXPECT_EQ(drift().expires_at, key_.expires_at) << "nobody but upstream knows";
    key_.expires_at = std::nullopt;
    EXPECT_FALSE(drift().expires_at);
}

TEST_F(DriftTest, SaysAllThatDiffers) {
    key_.limit = std::nullopt;
    key_.is_disabled = true;
    key_.expires_at = now;
    EXPECT_EQ(describe(drift()),
              "upstream allowed more than was agreed; it was switched off upstream; it expires at another time");
}

}  // namespace
}  // namespace llmapikey
