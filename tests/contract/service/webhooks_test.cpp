// When messages are tried again, and when they are given up.
#include "service/webhooks.hpp"

#include <gtest/gtest.h>

#include "storage/sql_webhook_store.hpp"
#include "storage/sqlite/sqlite_audit_log.hpp"
#include "storage/sqlite/sqlite_sql.hpp"
#include "support/manual_clock.hpp"
#include "support/sqlite_database.hpp"

namespace llmapikey::test {
namespace {

class ScriptedTransport final : public service::WebhookTransport {
public:
    base::Result<int> post(const std::string&, const base::Secret&, const service::WebhookEvent& event, base::Timestamp,
                           base::Deadline) override {
        ids.push_back(event.id);
        if (status == 0) return base::fail(base::Errc::upstream_down, "no answer");
        return status;
    }
    int status = 200;
    std::vector<std::string> ids;
};

class WebhooksTest : public testing::Test {
protected:
    WebhooksTest()
        : connections_(open_connections(folder_.file())),
          store_(std::make_shared<storage::sqlite::SqliteSql>(connections_)),
          audit_(connections_),
          sealer_(base::Secret("a secret of thirty-two characters"), "webhook secrets"),
          webhooks_(store_, transport_, sealer_, audit_, clock_) {}

    void add(const std::set<std::string>& events) {
        const auto added = webhooks_.add("https://example.org/hook", events, {"github:1003", "cli"});
        ASSERT_TRUE(added) << added.error().detail;
        EXPECT_TRUE(added->secret.reveal().starts_with("whsec_"));
    }
    void happen(const std::string& type, const std::string& key) {
        ASSERT_TRUE(store_.add_event({base::random_uuid(), key, type, "", "1", "ada", "", clock_.now()}));
    }
    void run() { EXPECT_EQ(webhooks_.run_once(std::stop_token()), ""); }

    TemporaryFolder folder_;
    ManualClock clock_;
    std::shared_ptr<storage::sqlite::Connections> connections_;
    storage::SqlWebhookStore store_;
    storage::sqlite::SqliteAuditLog audit_;
    base::Sealer sealer_;
    ScriptedTransport transport_;
    service::Webhooks webhooks_;
};

TEST_F(WebhooksTest, TellsOnceWhatIsWanted) {
    add({"key.issued"});
    happen("key.issued", "a");
    happen("key.issued", "a");
    happen("key.revoked", "b");
    run();
    run();
    EXPECT_EQ(transport_.ids.size(), 1u);
    EXPECT_EQ(store_.deliveries(service::DeliveryState::delivered, 10).value().size(), 1u);
}

TEST_F(WebhooksTest, TriesTenTimesOverThreeDaysAndThenGivesUp) {
    add({});
    happen("key.issued", "a");
    transport_.status = 500;
    const auto begun = clock_.now();
    for (int minute = 0; minute < 5 * 24 * 60; ++minute) {
        run();
        clock_.advance(std::chrono::minutes{1});
        if (!store_.deliveries(service::DeliveryState::dead, 10).value().empty()) break;
    }
    EXPECT_EQ(transport_.ids.size(), 10u);
    EXPECT_EQ((std::set<std::string>(transport_.ids.begin(), transport_.ids.end()).size()), 1u) << "always the same id";
    EXPECT_GE(clock_.now() - begun, std::chrono::hours{75});
    EXPECT_LE(clock_.now() - begun, std::chrono::hours{85});
    const auto dead = store_.deliveries(service::DeliveryState::dead, 10).value();
    ASSERT_EQ(dead.size(), 1u);
    EXPECT_EQ(dead[0].problem, "answered 500");
    transport_.status = 200;
    ASSERT_TRUE(store_.resend(dead[0].id, clock_.now()).value());
    run();
    EXPECT_EQ(store_.deliveries(service::DeliveryState::delivered, 10).value().size(), 1u);
}

TEST_F(WebhooksTest, AnEndpointThatIsGoneIsSwitchedOff) {
    add({});
    happen("key.issued", "a");
    transport_.status = 410;
    run();
    EXPECT_FALSE(store_.endpoints().value().at(0).is_enabled);
    EXPECT_EQ(store_.deliveries(service::DeliveryState::dead, 10).value().size(), 1u);
    happen("key.issued", "b");
    run();
    EXPECT_EQ(transport_.ids.size(), 1u) << "nothing more is sent there";
}

TEST_F(WebhooksTest, NoAnswerIsAFailureToo) {
    add({});
    happen("key.issued", "a");
    transport_.status = 0;
    run();
    EXPECT_EQ(store_.deliveries(std::nullopt, 10).value().at(0).problem, "no answer");
    clock_.advance(base::Seconds{6});
    transport_.status = 200;
    run();
    EXPECT_EQ(transport_.ids.size(), 2u);
}

}  // namespace
}  // namespace llmapikey::test
