#include "app/observation.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "insight/store_statistics.hpp"
#include "providers/openrouter/openrouter_traits.hpp"
#include "sql/sqlite/sqlite_sql.hpp"
#include "support/fixed_terms.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_key_store.hpp"
#include "support/metric_lines.hpp"
#include "support/sqlite_database.hpp"

namespace llmapikey::app {
namespace {

// Answers a message with what the test says.
class OneAnswer final : public WebhookTransport {
public:
    base::Result<void> check(const std::string&) const override { return {}; }
    base::Result<WebhookAnswer> post(const WebhookCall&, base::Deadline, const std::stop_token&) override {
        return next;
    }
    base::Result<WebhookAnswer> next = WebhookAnswer{200};
};

// Counts how often it is asked what is sealed with another secret: three texts of each kind.
class ThreeOthers final : public SealedStore {
public:
    base::Result<std::int64_t> count_others(SealedKind, const std::string&) override { return ++asked, 3; }
    base::Result<std::vector<SealedText>> list_others(SealedKind, const std::string&, const std::string&,
                                                      int) override {
        return std::vector<SealedText>{};
    }
    base::Result<void> replace(SealedKind, const std::vector<ReencryptedText>&) override { return {}; }
    base::Result<std::optional<std::string>> canary() override { return std::nullopt; }
    base::Result<bool> write_canary(const std::optional<std::string>&, const std::string&) override { return true; }
    int asked = 0;
};

class ObservationTest : public testing::Test {
protected:
    ObservationTest() {
        stores_.statistics = std::make_unique<SqlStatisticsStore>(sql_);
        stores_.admin = std::make_unique<test::MemoryKeyStore>();
        auto sealed = std::make_unique<ThreeOthers>();
        sealed_ = sealed.get();
        stores_.sealed = std::move(sealed);
    }
    static config::Config with_secret() {
        config::Config config;
        config.key_encryption_secret = base::Secret(std::string(32, 'k'));
        return config;
    }
    Observed observed() {
        terms_.terms.max_total_keys = 40;
        return {.stores = stores_,
                .sealers = sealers_,
                .is_reencrypting = is_reencrypting_,
                .terms = terms_,
                .database = "sqlite",
                .queues = {&queue_},
                .clock = clock_,
                .provider = openrouter_traits};
    }
    std::string value(const std::string& metric) {
        const std::string text = "\n" + metrics_.text();
        const auto begin = text.find("\n" + metric + " ");
        if (begin == std::string::npos) return "none";
        const auto from = begin + metric.size() + 2;
        return text.substr(from, text.find('\n', from) - from);
    }

    test::TemporaryFolder folder_;
    std::shared_ptr<SqlDatabase> sql_ = std::make_shared<sqlite::SqliteSql>(test::open_connections(folder_.file()));
    Stores stores_;
    ThreeOthers* sealed_ = nullptr;
    Sealers sealers_{with_secret()};
    test::ManualClock clock_;
    base::WorkQueue queue_{"database", 1, 10};
    ops::Metrics metrics_{{"other"}};
    bool is_reencrypting_ = false;
    test::FixedTerms terms_;
};

TEST_F(ObservationTest, ShowsTheDatabaseTheLimitAndTheQueues) {
    const Observation observation(observed(), metrics_);
    EXPECT_EQ(value("llmapikey_database_up"), "1");
    EXPECT_EQ(value("llmapikey_live_keys_limit"), "40");
    EXPECT_EQ(value("llmapikey_live_keys"), "0");
    EXPECT_EQ(value("llmapikey_provisioning_enabled"), "0");
    EXPECT_EQ(value(R"(llmapikey_queue_length{queue="database"})"), "0");
    EXPECT_EQ(value("llmapikey_upstream_credits_dollars"), "none") << "an unknown amount is not shown as 0";
    EXPECT_EQ(value("llmapikey_reseal_remaining"), "none");
    queue_.stop();
}

TEST_F(ObservationTest, WhatTheDatabaseDoesNotSayIsMissing) {
    const Observation observation(observed(), metrics_);
    ASSERT_TRUE(sql_->run("ALTER TABLE llmapikey.totals RENAME TO away", {}));
    EXPECT_EQ(value("llmapikey_database_up"), "0");
    EXPECT_EQ(value("llmapikey_live_keys"), "none");
    EXPECT_EQ(value("llmapikey_live_keys_limit"), "40") << "what needs no database is shown as before";
    queue_.stop();
}

TEST_F(ObservationTest, TextsOfTheFormerSecretAreCountedOnceAMinuteWhileThereIsOne) {
    {
        Observation observation(observed(), metrics_);
        observation.note_reencryption();
        EXPECT_EQ(sealed_->asked, 0) << "there is one secret only";
    }
    is_reencrypting_ = true;
    ops::Metrics metrics{{"other"}};
    Observation observation(observed(), metrics);
    observation.note_reencryption();
    const int asked = sealed_->asked;
    EXPECT_GT(asked, 0);
    observation.note_reencryption();
    EXPECT_EQ(sealed_->asked, asked);
    clock_.advance(base::Seconds{60});
    observation.note_reencryption();
    EXPECT_EQ(sealed_->asked, 2 * asked);
    const std::string text = metrics.text();
    EXPECT_NE(text.find("\nllmapikey_reseal_remaining " + std::to_string(3 * asked) + "\n"), std::string::npos) << text;
    queue_.stop();
}

class CountedWebhooksTest : public testing::Test {
protected:
    void post(base::Result<WebhookAnswer> answer, const std::stop_token& stop = {}) {
        transport_.next = std::move(answer);
        (void)counted_.post({}, base::Deadline::after(base::Seconds{1}), stop);
    }
    bool has_metric(const std::string& line) { return test::has_line(metrics_, line); }

    OneAnswer transport_;
    ops::Metrics metrics_{{"other"}};
    CountedWebhooks counted_{transport_, metrics_};
};

TEST_F(CountedWebhooksTest, ADeliveryIsAnAnswerOfTwoHundreds) {
    for (const int status : {200, 204, 299})
        post(WebhookAnswer{status});
    for (const int status : {199, 300, 404, 500})
        post(WebhookAnswer{status});
    post(base::fail(base::Errc::upstream_down, "no answer"));
    EXPECT_TRUE(has_metric(R"(llmapikey_webhook_attempts_total{outcome="delivered"} 3)")) << metrics_.text();
    EXPECT_TRUE(has_metric(R"(llmapikey_webhook_attempts_total{outcome="failed"} 5)"));
}

TEST_F(CountedWebhooksTest, WhatTheEndOfTheProgramCutsOffIsNoFailure) {
    std::stop_source stop;
    stop.request_stop();
    post(base::fail(base::Errc::upstream_down, "cut off"), stop.get_token());
    post(WebhookAnswer{200}, stop.get_token());
    EXPECT_TRUE(has_metric(R"(llmapikey_webhook_attempts_total{outcome="delivered"} 1)")) << metrics_.text();
    EXPECT_TRUE(has_metric(R"(llmapikey_webhook_attempts_total{outcome="failed"} 0)"));
}

}  // namespace
}  // namespace llmapikey::app
