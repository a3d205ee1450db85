#include "sealing/reencryption.hpp"

#include "sealing/store_sealed.hpp"
#include "support/stores_under_test.hpp"
#include "webhooks/store_webhooks.hpp"

namespace llmapikey {
namespace {

const base::Secret before(std::string(32, 'a')), now(std::string(32, 'b')), foreign(std::string(32, 'c'));

class ReencryptionTest : public test::StoresUnderTest {
protected:
    ReencryptionTest() : store_(sql_), webhook_store_(sql_) {}

    Grant issue_sealed(std::int64_t account, const base::Sealer& sealer) {
        const auto grant = reserve(account);
        const std::string sealed = sealer.seal("raw key of " + std::to_string(account), grant.id);
        const auto activated =
            keys_->activate({{account}, grant.id, grant.nonce}, {"handle-" + std::to_string(account), sealed, "hint"});
        if (!activated) throw std::runtime_error(activated.error().detail);
        return *keys_->find({account}).value();
    }
    // What the row of the account opens to.
    std::string opened(std::int64_t account, const base::Sealer& sealer) {
        const auto grant = keys_->find({account}).value();
        const auto plain = sealer.open(grant->sealed_key, grant->id);
        return plain ? plain->reveal() : plain.error().detail;
    }
    base::Result<ReencryptionReport> run() {
        return Reencryption(store_, keys_now_, webhooks_now_).run([this](const ReencryptionReport&) { ++told_; });
    }

    const base::Sealer keys_before_{before, "raw keys"}, keys_now_{now, "raw keys", before}, only_now_{now, "raw keys"};
    const base::Sealer webhooks_before_{before, "webhook secrets"}, webhooks_now_{now, "webhook secrets", before};
    SqlSealedStore store_;
    SqlWebhookStore webhook_store_;
    int told_ = 0;
};

TEST_P(ReencryptionTest, EverythingOpensToTheSameWithTheNewSecretAlone) {
    for (std::int64_t account = 1; account <= 3; ++account)
        issue_sealed(account, keys_before_);
    issue_sealed(4, keys_now_);
    reserve(5);  // has no key yet
    WebhookEndpoint endpoint;
    endpoint.id = "endpoint";
    endpoint.url = "https://example.org/hook";
    endpoint.sealed_secret = webhooks_before_.seal("former secret of the hook", endpoint.id);
    endpoint.created_at = clock_.now();
    ASSERT_TRUE(webhook_store_.add_endpoint(endpoint));
    const auto until = clock_.now() + base::Seconds{60};
    const auto second = webhooks_before_.seal("secret of the hook", endpoint.id);
    ASSERT_TRUE(webhook_store_.rotate_secret(endpoint.id, second, until));
    EXPECT_EQ(Reencryption(store_, keys_now_, webhooks_now_).remaining().value(), 5);

    const auto report = run();
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->reencrypted, 5);
    EXPECT_EQ(report->remaining, 0);
    EXPECT_EQ(report->unreadable, 0);
    EXPECT_EQ(told_, 3);
    for (std::int64_t account = 1; account <= 4; ++account)
        EXPECT_EQ(opened(account, only_now_), "raw key of " + std::to_string(account));
    const auto endpoints = webhook_store_.endpoints().value();
    ASSERT_EQ(endpoints.size(), 1u);
    const base::Sealer webhooks_alone(now, "webhook secrets");
    EXPECT_EQ(webhooks_alone.open(endpoints[0].sealed_secret, "endpoint").value().reveal(), "secret of the hook");
    EXPECT_EQ(webhooks_alone.open(endpoints[0].sealed_former_secret, "endpoint").value().reveal(),
              "former secret of the hook");

    const auto again = run();
    ASSERT_TRUE(again);
    EXPECT_EQ(again->reencrypted, 0);
}

TEST_P(ReencryptionTest, MoreThanFitIntoOneStep) {
    constexpr std::int64_t many = 501;
    for (std::int64_t account = 1; account <= many; ++account)
        issue_sealed(account, keys_before_);
    const auto report = run();
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->reencrypted, many);
    EXPECT_EQ(report->remaining, 0);
    EXPECT_EQ(opened(1, only_now_), "raw key of 1");
    EXPECT_EQ(opened(many, only_now_), "raw key of " + std::to_string(many));
}

TEST_P(ReencryptionTest, WhatNeitherSecretOpensStaysAsItIs) {
    const base::Sealer stranger(foreign, "raw keys");
    issue_sealed(1, stranger);
    issue_sealed(2, keys_before_);
    const auto report = run();
    ASSERT_TRUE(report) << report.error().detail;
    EXPECT_EQ(report->reencrypted, 1);
    EXPECT_EQ(report->remaining, 1);
    EXPECT_EQ(report->unreadable, 1);
    EXPECT_NE(report->first_unreadable.find(stranger.key_id()), std::string::npos);
    EXPECT_EQ(opened(1, stranger), "raw key of 1");
    EXPECT_EQ(opened(2, only_now_), "raw key of 2");
}

// Between reading and writing the key was replaced, or another process was faster.
TEST_P(ReencryptionTest, WhatHasChangedInBetweenIsLeftAlone) {
    const auto grant = issue_sealed(1, keys_before_);
    ASSERT_TRUE(store_.replace(SealedKind::raw_key, {{grant.id, "v1.something else", "v1.a mistake"}}));
    EXPECT_EQ(opened(1, keys_before_), "raw key of 1");
}

INSTANTIATE_TEST_SUITE_P(Databases, ReencryptionTest, testing::Values("sqlite", "postgres", "pgbouncer"));

}  // namespace
}  // namespace llmapikey
