#include "keys/key_synchronization.hpp"

#include <gtest/gtest.h>

#include "support/key_services.hpp"

namespace llmapikey {
namespace {

class KeySynchronizationTest : public test::KeyServices {
protected:
    Grant change(const KeyChange& change, const std::string& token) {
        const auto changed = store_.begin_change(row_of(ada).id, change, token);
        EXPECT_TRUE(changed) << changed.error().detail;
        return *changed;
    }
    base::Result<void> synchronize(const Grant& grant) {
        return synchronize_key(store_, provider_, grant, clock_.now(), soon());
    }
};

TEST_F(KeySynchronizationTest, UpstreamIsToldOnceAndTheChangeIsClosed) {
    issue(ada);
    const auto grant = change({true, base::MicroUsd{4'000'000}}, "a change");
    ASSERT_TRUE(synchronize(grant));
    EXPECT_TRUE(provider_.live_keys()[0].is_disabled);
    EXPECT_EQ(provider_.live_keys()[0].limit->value, 4'000'000);
    EXPECT_EQ(provider_.update_calls(), 1);
    EXPECT_EQ(row_of(ada).unsynced, "");
}

TEST_F(KeySynchronizationTest, WhatWasChangedMeanwhileIsToldAsItIsNow) {
    issue(ada);
    const auto first = change({true, std::nullopt}, "first");
    change({false, base::MicroUsd{1'000'000}}, "second");
    ASSERT_TRUE(synchronize(first)) << "which was read before the second";
    EXPECT_EQ(provider_.update_calls(), 2);
    EXPECT_FALSE(provider_.live_keys()[0].is_disabled);
    EXPECT_EQ(provider_.live_keys()[0].limit->value, 1'000'000);
    EXPECT_EQ(row_of(ada).unsynced, "");
}

TEST_F(KeySynchronizationTest, WhatAnotherProcessHasToldIsNoConflict) {
    issue(ada);
    const auto changed = change({true, std::nullopt}, "a change");
    ASSERT_TRUE(synchronize(changed)) << "by the recovery";
    const auto late = synchronize(changed);
    EXPECT_TRUE(late) << late.error().detail;
    EXPECT_LE(provider_.update_calls(), 3);
    EXPECT_TRUE(provider_.live_keys()[0].is_disabled);
}

TEST_F(KeySynchronizationTest, AKeyThatIsGoneHasNothingToBeTold) {
    const auto grant = issue(ada);
    const auto changed = change({true, std::nullopt}, "a change");
    provider_.remove_key(grant.delete_handle);
    EXPECT_TRUE(synchronize(changed));
    EXPECT_EQ(row_of(ada).unsynced, "");
    ASSERT_TRUE(store_.begin_revocations({grant.id}, ending()));
    ASSERT_TRUE(store_.finish_revocation(row_of(ada), clock_.now()));
    EXPECT_TRUE(synchronize(changed)) << "nor has one whose row has gone";
}

TEST_F(KeySynchronizationTest, WhileUpstreamDoesNotAnswerTheChangeStaysNoted) {
    const auto grant = issue(ada);
    const auto changed = change({true, std::nullopt}, "a change");
    provider_.refuse(grant.delete_handle, outage());
    const auto failed = synchronize(changed);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, base::Errc::upstream_down);
    EXPECT_EQ(row_of(ada).unsynced, "a change");
}

TEST_F(KeySynchronizationTest, UpstreamThatAnswersWellAndDoesAnotherThingIsToldOnce) {
    const auto grant = issue(ada);
    const auto changed = change({std::nullopt, base::MicroUsd{4'000'000}}, "a change");
    provider_.change_key(grant.delete_handle, [](UpstreamKey& key) { key.limit_reset = "monthly"; });
    provider_.keep_limit_reset();
    const auto failed = synchronize(changed);
    ASSERT_FALSE(failed);
    EXPECT_EQ(failed.error().code, base::Errc::upstream_refused);
    EXPECT_EQ(row_of(ada).unsynced, "") << "telling it again would be no better";
    EXPECT_EQ(provider_.update_calls(), 1);
}

TEST_F(KeySynchronizationTest, TheCapIsTheOneOfToday) {
    issue(ada);
    auto changed = change({std::nullopt, base::MicroUsd{4'000'000}}, "a change");
    changed.carried = base::MicroUsd{1'500'000};
    changed.carried_until = clock_.now() + base::Seconds{1};
    ASSERT_TRUE(synchronize(changed));
    EXPECT_EQ(provider_.live_keys()[0].limit->value, 2'500'000);
}

}  // namespace
}  // namespace llmapikey
