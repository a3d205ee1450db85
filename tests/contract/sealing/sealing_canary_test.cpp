#include "sealing/sealing_canary.hpp"

#include "sealing/store_sealed.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey {
namespace {

const base::Secret old_secret(std::string(32, 'a')), new_secret(std::string(32, 'b')), foreign(std::string(32, 'c'));

// A process with these secrets.
struct Process {
    explicit Process(const base::Secret& secret, const base::Secret& other = base::Secret())
        : keys(secret, "raw keys", other), webhooks(secret, "webhook secrets", other) {}
    base::Sealer keys, webhooks;
};

class SealingCanaryTest : public test::StoresUnderTest {
protected:
    SealingCanaryTest() : store_(sql_) {}

    void issue_sealed(std::int64_t account, const Process& by) {
        const auto grant = reserve(account);
        const std::string sealed = by.keys.seal("raw key", grant.id);
        ASSERT_TRUE(
            keys_->activate({{account}, grant.id, grant.nonce}, {"handle-" + std::to_string(account), sealed, "hint"}));
    }
    bool starts(const Process& process) {
        const auto verified = SealingCanary(store_, process.keys, process.webhooks).verify_or_write();
        if (!verified) {
            EXPECT_EQ(verified.error().code, base::Errc::misconfigured) << verified.error().detail;
        }
        return verified.has_value();
    }
    bool is_verified(const Process& process) {
        return SealingCanary(store_, process.keys, process.webhooks).verify().has_value();
    }
    base::Result<ReencryptionReport> reseal(const Process& process) {
        return Reencryption(store_, process.keys, process.webhooks).run([](const ReencryptionReport&) {});
    }

    const Process old_{old_secret}, new_{new_secret}, stranger_{foreign};
    const Process old_then_new_{old_secret, new_secret}, new_then_old_{new_secret, old_secret};
    SqlSealedStore store_;
};

TEST_P(SealingCanaryTest, TheStoreWritesItWhereNothingHasChangedMeanwhile) {
    EXPECT_EQ(store_.canary().value(), std::nullopt);
    EXPECT_FALSE(store_.write_canary("another", "x").value());
    EXPECT_TRUE(store_.write_canary(std::nullopt, "first").value());
    EXPECT_FALSE(store_.write_canary(std::nullopt, "second").value());
    EXPECT_EQ(store_.canary().value(), "first");
    EXPECT_FALSE(store_.write_canary("another", "second").value());
    EXPECT_TRUE(store_.write_canary("first", "second").value());
    EXPECT_EQ(store_.canary().value(), "second");
}

TEST_P(SealingCanaryTest, OfReplicasOnANewDatabaseThoseWithTheFirstsSecretStart) {
    EXPECT_TRUE(starts(old_));
    EXPECT_TRUE(starts(old_));
    EXPECT_FALSE(starts(stranger_));
    EXPECT_FALSE(is_verified(stranger_));
    EXPECT_TRUE(is_verified(old_));
}

TEST_P(SealingCanaryTest, LookingWritesNothing) {
    EXPECT_TRUE(is_verified(old_));
    EXPECT_EQ(store_.canary().value(), std::nullopt);
}

TEST_P(SealingCanaryTest, ADatabaseOfBeforeIsJudgedByItsKeys) {
    issue_sealed(1, old_);
    EXPECT_FALSE(is_verified(stranger_));
    EXPECT_FALSE(starts(stranger_));
    EXPECT_EQ(store_.canary().value(), std::nullopt);
    EXPECT_TRUE(starts(old_));
    EXPECT_FALSE(starts(stranger_));
}

TEST_P(SealingCanaryTest, WhatIsDamagedSaysNothingAboutTheSecret) {
    issue(1);  // "v1.sealed"
    EXPECT_TRUE(starts(new_));
}

TEST_P(SealingCanaryTest, ARotationGoesThroughAllItsSteps) {
    EXPECT_TRUE(starts(old_));
    issue_sealed(1, old_);
    EXPECT_TRUE(starts(old_then_new_));
    EXPECT_FALSE(starts(new_)) << "a step was left out";
    EXPECT_TRUE(starts(new_then_old_));
    EXPECT_FALSE(starts(new_)) << "nothing has been sealed anew";
    issue_sealed(2, new_then_old_);
    EXPECT_FALSE(starts(new_)) << "half is not all";
    ASSERT_EQ(reseal(new_then_old_)->remaining, 0);
    EXPECT_TRUE(starts(new_then_old_));
    EXPECT_TRUE(starts(new_));
    EXPECT_FALSE(starts(old_));
}

TEST_P(SealingCanaryTest, ARotationWithNothingSealedYet) {
    EXPECT_TRUE(starts(old_));
    EXPECT_FALSE(starts(new_));
    ASSERT_TRUE(reseal(new_then_old_));
    EXPECT_TRUE(starts(new_));
}

// Killed between the last key and the canary, and the former secret is gone.
TEST_P(SealingCanaryTest, KeysThatAllOpenOutweighACanaryThatDoesNot) {
    EXPECT_TRUE(starts(old_));
    issue_sealed(1, new_);
    EXPECT_TRUE(starts(new_));
    EXPECT_FALSE(starts(old_));
}

TEST_P(SealingCanaryTest, ABackupOfBeforeARotationAsksForTheSecretOfItsTime) {
    EXPECT_TRUE(starts(old_));
    issue_sealed(1, old_);
    EXPECT_FALSE(starts(new_));
    EXPECT_TRUE(starts(new_then_old_));
    ASSERT_EQ(reseal(new_then_old_)->reencrypted, 1);
    EXPECT_TRUE(starts(new_));
}

TEST_P(SealingCanaryTest, ResealingWithAForeignSecretLeavesItAlone) {
    EXPECT_TRUE(starts(old_));
    issue_sealed(1, old_);
    ASSERT_EQ(reseal(stranger_)->unreadable, 1);
    EXPECT_TRUE(starts(old_));
    EXPECT_FALSE(starts(stranger_));
}

TEST_P(SealingCanaryTest, ALostSecretIsGivenUpByAskingForIt) {
    EXPECT_TRUE(starts(old_));
    issue_sealed(1, old_);
    ASSERT_TRUE(SealingCanary(store_, new_.keys, new_.webhooks).replace());
    EXPECT_TRUE(starts(new_));
    issue_sealed(2, new_);
    EXPECT_FALSE(starts(old_)) << "what has been sealed since could not be shown any more";
    EXPECT_TRUE(starts(new_then_old_)) << "found again";
    EXPECT_EQ(reseal(new_then_old_)->reencrypted, 1);
}

INSTANTIATE_TEST_SUITE_P(Databases, SealingCanaryTest, testing::Values("sqlite", "postgres", "pgbouncer"));

}  // namespace
}  // namespace llmapikey
