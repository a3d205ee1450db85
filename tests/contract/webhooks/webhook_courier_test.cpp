// When messages are tried again, and when they are given up.
#include <gtest/gtest.h>

#include <condition_variable>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

#include "webhooks/webhook_courier.hpp"

#include "audit/store_sqlite_audit_log.hpp"
#include "sql/sqlite/sqlite_sql.hpp"
#include "support/manual_clock.hpp"
#include "support/sqlite_database.hpp"
#include "webhooks/store_webhooks.hpp"

namespace llmapikey::test {
namespace {

// Answers with `status`; messages to `hanging` get no answer until the end of the test, and the
// rest do not wait for it.
class ScriptedTransport final : public WebhookTransport {
public:
    base::Result<void> check(const std::string&) const override { return {}; }
    base::Result<WebhookAnswer> post(const WebhookCall& call, base::Deadline, const std::stop_token& stop) override {
        std::unique_lock lock(mutex);
        ids.push_back(call.event.id);
        secrets.push_back(call.secrets.size());
        ++calls[call.url];
        batch_max = std::max(batch_max, ++at_once[call.url]);
        total_max = std::max(total_max, ++in_all);
        if (call.url == hanging) released.wait(lock, stop, [this] { return hanging.empty(); });
        --at_once[call.url];
        --in_all;
        if (call.url == failing || status == 0) return base::fail(base::Errc::upstream_down, "no answer");
        return WebhookAnswer{status, retry_after};
    }
    int status = 200;
    base::Seconds retry_after{0};
    std::string hanging, failing;
    std::mutex mutex;
    std::condition_variable_any released;
    std::vector<std::string> ids;
    std::vector<std::size_t> secrets;
    std::map<std::string, int> calls, at_once;
    int batch_max = 0, in_all = 0, total_max = 0;
};

class WebhookCourierTest : public testing::Test {
protected:
    WebhookCourierTest()
        : connections_(open_connections(folder_.file())),
          store_(std::make_shared<sqlite::SqliteSql>(connections_)),
          audit_(connections_),
          sealer_(base::Secret("a secret of thirty-two characters"), "webhook secrets"),
          webhooks_(store_, transport_, sealer_, audit_, clock_),
          courier_(store_, transport_, sealer_, workers_, clock_, [this] { note_room(); }) {}
    ~WebhookCourierTest() override {
        courier_.stop();
        workers_.stop();
    }

    std::string add(const std::set<std::string>& events, const std::string& url = "https://example.org/hook") {
        const auto added = webhooks_.add(url, events, {"github:1003", "cli"});
        EXPECT_TRUE(added) << added.error().detail;
        EXPECT_TRUE(added->secret.reveal().starts_with("whsec_"));
        return added->endpoint.id;
    }
    void happen(const std::string& type, const std::string& key) {
        ASSERT_TRUE(store_.add_event({base::random_uuid(), key, type, "", "1", "ada", "", clock_.now()}));
    }
    void note_room() {
        const std::lock_guard lock(mutex_);
        ++rooms_;
        has_room_.notify_all();
    }
    // Goes on for as long as messages are on their way and `is_done` does not hold.
    void run_until(const std::function<bool()>& is_done) {
        const auto end = base::Deadline::after(base::Millis{20'000});
        while (!is_done() && !end.has_passed()) {
            std::unique_lock lock(mutex_);
            const int before = rooms_;
            lock.unlock();
            EXPECT_EQ(courier_.run_once(std::stop_token()), "");
            lock.lock();
            has_room_.wait_for(lock, base::Millis{50}, [&] { return rooms_ != before; });
        }
        EXPECT_TRUE(is_done());
    }
    // Sends everything that is due.
    void run() {
        run_until([this] { return !courier_.is_busy() && store_.undispatched(1).value().empty() && !has_due(); });
    }
    bool has_due() {
        const auto due = store_.endpoints_with_due(clock_.now()).value();
        const auto endpoints = store_.endpoints().value();
        for (const WebhookEndpoint& each : endpoints)
            if (due.contains(each.id) && each.health.next_at <= clock_.now()) return true;
        return false;
    }
    std::size_t count(DeliveryState state, const std::string& endpoint_id = "") {
        const auto deliveries = store_.deliveries(state, 1000).value();
        return static_cast<std::size_t>(std::count_if(deliveries.begin(), deliveries.end(), [&](const auto& each) {
            return endpoint_id.empty() || each.endpoint_id == endpoint_id;
        }));
    }

    TemporaryFolder folder_;
    ManualClock clock_;
    std::shared_ptr<sqlite::Connections> connections_;
    SqlWebhookStore store_;
    sqlite::SqliteAuditLog audit_;
    base::Sealer sealer_;
    ScriptedTransport transport_;
    Webhooks webhooks_;
    base::WorkQueue workers_{"webhooks", 8, 100};
    std::mutex mutex_;
    std::condition_variable has_room_;
    int rooms_ = 0;
    WebhookCourier courier_;
};

TEST_F(WebhookCourierTest, TellsOnceWhatIsWanted) {
    add({"key.issued"});
    happen("key.issued", "a");
    happen("key.issued", "a");
    happen("key.revoked", "b");
    run();
    run();
    EXPECT_EQ(transport_.ids.size(), 1u);
    EXPECT_EQ(store_.deliveries(DeliveryState::delivered, 10).value().size(), 1u);
}

TEST_F(WebhookCourierTest, TriesTenTimesOverThreeDaysAndThenGivesUp) {
    add({});
    happen("key.issued", "a");
    transport_.status = 500;
    const auto begun = clock_.now();
    for (int minute = 0; minute < 5 * 24 * 60; ++minute) {
        run();
        clock_.advance(std::chrono::minutes{1});
        if (!store_.deliveries(DeliveryState::dead, 10).value().empty()) break;
    }
    EXPECT_EQ(transport_.ids.size(), 10u);
    EXPECT_EQ((std::set<std::string>(transport_.ids.begin(), transport_.ids.end()).size()), 1u) << "always the same id";
    EXPECT_GE(clock_.now() - begun, std::chrono::hours{75});
    EXPECT_LE(clock_.now() - begun, std::chrono::hours{85});
    const auto dead = store_.deliveries(DeliveryState::dead, 10).value();
    ASSERT_EQ(dead.size(), 1u);
    EXPECT_EQ(dead[0].problem, "answered 500");
    transport_.status = 200;
    ASSERT_TRUE(store_.resend(dead[0].id, clock_.now()).value());
    run();
    EXPECT_EQ(store_.deliveries(DeliveryState::delivered, 10).value().size(), 1u);
}

TEST_F(WebhookCourierTest, AnEndpointThatIsGoneIsSwitchedOff) {
    add({});
    happen("key.issued", "a");
    transport_.status = 410;
    run();
    EXPECT_FALSE(store_.endpoints().value().at(0).is_enabled);
    EXPECT_EQ(store_.deliveries(DeliveryState::dead, 10).value().size(), 1u);
    happen("key.issued", "b");
    run();
    EXPECT_EQ(transport_.ids.size(), 1u) << "nothing more is sent there";
}

TEST_F(WebhookCourierTest, NoAnswerIsAFailureToo) {
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

TEST_F(WebhookCourierTest, AnEndpointThatHangsHoldsUpNobodyElse) {
    const std::string hanging = add({}, "https://hangs.example");
    for (int i = 0; i < 4; ++i)
        add({}, "https://prompt-" + std::to_string(i) + ".example");
    transport_.hanging = "https://hangs.example";
    for (int i = 0; i < 30; ++i)
        happen("key.issued", std::to_string(i));
    run_until([this] { return count(DeliveryState::delivered) == 4 * 30; });
    EXPECT_LE(transport_.calls["https://hangs.example"], 2);
    EXPECT_LE(transport_.batch_max, 2);
    EXPECT_EQ(count(DeliveryState::waiting, hanging), 30u);
    EXPECT_TRUE(courier_.is_busy());
}

TEST_F(WebhookCourierTest, ManyEndpointsThatFailLeaveRoomForOthers) {
    for (int i = 0; i < 12; ++i)
        ASSERT_TRUE(store_.set_health(add({"key.issued"}, "https://hangs.example"), {3, clock_.now(), {}}));
    add({"key.revoked"}, "https://prompt.example");
    transport_.hanging = "https://hangs.example";
    happen("key.issued", "a");
    for (int i = 0; i < 20; ++i)
        happen("key.revoked", std::to_string(i));
    run_until([this] { return count(DeliveryState::delivered) == 20; });
    EXPECT_LE(transport_.calls["https://hangs.example"], 4);
}

TEST_F(WebhookCourierTest, OneThatDoesNotAnswerIsLeftAloneForLongerAndLonger) {
    const std::string id = add({});
    for (int i = 0; i < 100; ++i)
        happen("key.issued", std::to_string(i));
    transport_.status = 0;
    const auto begun = clock_.now();
    while (clock_.now() - begun < std::chrono::hours{1}) {
        run();
        clock_.advance(base::Seconds{2});
    }
    EXPECT_GE(transport_.calls.begin()->second, 12) << "every five minutes at least";
    EXPECT_LE(transport_.calls.begin()->second, 25);
    EXPECT_EQ(store_.endpoints().value().at(0).health.failing_since, begun);
    transport_.status = 200;
    clock_.advance(std::chrono::minutes{6});
    run();
    const auto health = store_.endpoints().value().at(0).health;
    EXPECT_EQ(health.failures, 0);
    EXPECT_FALSE(health.failing_since);
    EXPECT_GE(count(DeliveryState::delivered), 70u) << "those that were not tried go at once";
}

TEST_F(WebhookCourierTest, WhatNeverHasItsTurnIsGivenUpToo) {
    add({});
    for (int i = 0; i < 700; ++i)
        happen("key.issued", std::to_string(i));
    transport_.status = 0;
    const auto begun = clock_.now();
    while (store_.count_dead().value() < 700 && clock_.now() - begun < std::chrono::hours{24 * 5}) {
        run();
        clock_.advance(std::chrono::minutes{10});
    }
    EXPECT_EQ(store_.count_dead().value(), 700);
    EXPECT_GE(clock_.now() - begun, std::chrono::hours{84});
}

TEST_F(WebhookCourierTest, RetryAfterIsForTheWholeEndpoint) {
    add({});
    happen("key.issued", "a");
    transport_.status = 429;
    transport_.retry_after = base::Seconds{600};
    run();
    happen("key.issued", "b");
    clock_.advance(base::Seconds{590});
    run();
    EXPECT_EQ(transport_.ids.size(), 1u);
    transport_.status = 200;
    clock_.advance(base::Seconds{120});
    run();
    EXPECT_EQ(count(DeliveryState::delivered), 2u);
}

TEST_F(WebhookCourierTest, ARemovedEndpointsMessagesGo) {
    const std::string id = add({});
    add({}, "https://other.example");
    transport_.failing = "https://example.org/hook";
    happen("key.issued", "a");
    run();
    EXPECT_EQ(count(DeliveryState::waiting, id), 1u);
    ASSERT_TRUE(webhooks_.remove(id, {"github:1003", "cli"}));
    EXPECT_EQ(store_.deliveries(std::nullopt, 10).value().size(), 1u);
    ASSERT_TRUE(store_.dispatch(store_.deliveries(std::nullopt, 1).value().at(0).event.id, {id}, clock_.now()));
    EXPECT_EQ(store_.deliveries(std::nullopt, 10).value().size(), 1u) << "nor does one come after";
}

TEST_F(WebhookCourierTest, BothSecretsSignForAWhile) {
    const std::string id = add({});
    const auto former = store_.endpoints().value().at(0).sealed_secret;
    const Initiator by{"github:1003", "cli"};
    const auto rotated = webhooks_.rotate_secret(id, std::chrono::hours{24}, by);
    ASSERT_TRUE(rotated) << rotated.error().detail;
    const auto stored = store_.endpoints().value().at(0);
    EXPECT_EQ(stored.sealed_former_secret, former);
    EXPECT_EQ(sealer_.open(stored.sealed_secret, id).value().reveal(), rotated->secret.reveal());
    happen("key.issued", "a");
    run();
    clock_.advance(std::chrono::hours{24});
    happen("key.issued", "b");
    run();
    ASSERT_TRUE(webhooks_.rotate_secret(id, std::chrono::hours{24}, by));
    ASSERT_TRUE(webhooks_.rotate_secret(id, std::chrono::hours{0}, by));
    happen("key.issued", "c");
    run();
    EXPECT_EQ(transport_.secrets, (std::vector<std::size_t>{2, 1, 1}));
    EXPECT_EQ(store_.endpoints().value().at(0).sealed_former_secret, "");
    EXPECT_EQ(webhooks_.rotate_secret("nobody", std::chrono::hours{0}, by).error().code, base::Errc::not_found);
    EXPECT_EQ(webhooks_.rotate_secret(id, std::chrono::hours{169}, by).error().code, base::Errc::invalid_input);
}

TEST_F(WebhookCourierTest, WhatAnOrganizerSendsToOneThatIsSwitchedOffSwitchesItOnAgain) {
    const std::string id = add({});
    happen("key.issued", "a");
    happen("key.issued", "b");
    transport_.status = 410;
    run();
    EXPECT_EQ(count(DeliveryState::dead), 2u) << "what waited is given up with it";
    ASSERT_TRUE(webhooks_.test(id));
    transport_.status = 500;
    run();
    EXPECT_EQ(count(DeliveryState::dead), 3u) << "it is tried once";
    EXPECT_FALSE(store_.endpoints().value().at(0).is_enabled);
    transport_.status = 200;
    ASSERT_TRUE(webhooks_.test(id));
    run();
    EXPECT_TRUE(store_.endpoints().value().at(0).is_enabled);
}

TEST_F(WebhookCourierTest, EndpointsThatAnswerLateLeaveRoomForOthersToo) {
    CourierLimits limits;
    limits.prompt_max = base::Millis{0};  // every answer is late
    WebhookCourier courier(
        store_, transport_, sealer_, workers_, clock_, [this] { note_room(); }, limits);
    for (int i = 0; i < 6; ++i)
        add({}, "https://late-" + std::to_string(i) + ".example");
    const auto run_all = [&](const std::string& key) {
        happen("key.issued", key);
        const auto before = count(DeliveryState::delivered);
        const auto end = base::Deadline::after(base::Millis{20'000});
        while (count(DeliveryState::delivered) < before + 6 && !end.has_passed()) {
            EXPECT_EQ(courier.run_once(std::stop_token()), "");
            std::unique_lock lock(mutex_);
            has_room_.wait_for(lock, base::Millis{20});
        }
        EXPECT_EQ(count(DeliveryState::delivered), before + 6);
    };
    run_all("a");  // nobody is known to be late
    transport_.total_max = 0;
    for (int i = 0; i < 5; ++i)
        run_all("b" + std::to_string(i));
    EXPECT_LE(transport_.total_max, 4);
    EXPECT_EQ(transport_.batch_max, 1);
    courier.stop();
    workers_.stop();
}

TEST_F(WebhookCourierTest, WhatCannotBeStoredIsNotSentAgainAndAgain) {
    add({});
    happen("key.issued", "a");
    const auto sql = std::make_shared<sqlite::SqliteSql>(connections_);
    ASSERT_TRUE(
        sql->run("CREATE TRIGGER refuse BEFORE UPDATE ON webhook_deliveries BEGIN SELECT RAISE(ABORT, 'no'); "
                 "END",
                 {}));
    EXPECT_EQ(courier_.run_once(std::stop_token()), "");
    const auto end = base::Deadline::after(base::Millis{20'000});
    while (courier_.is_busy() && !end.has_passed())
        std::this_thread::yield();
    for (int time = 0; time < 3; ++time)
        EXPECT_NE(courier_.run_once(std::stop_token()), "");
    EXPECT_EQ(transport_.ids.size(), 1u);
    ASSERT_TRUE(sql->run("DROP TRIGGER refuse", {}));
    EXPECT_NE(courier_.run_once(std::stop_token()), "") << "what the worker met";
    run_until([this] { return count(DeliveryState::delivered) == 1; });
    EXPECT_EQ(transport_.ids.size(), 1u) << "only what came of it was missing";
}

TEST(WebhookPauses, GrowUpToTheirGreatest) {
    EXPECT_EQ(endpoint_pause(1), base::Seconds{2});
    EXPECT_EQ(endpoint_pause(4), base::Seconds{16});
    EXPECT_EQ(endpoint_pause(1'000'000), std::chrono::minutes{5});
    EXPECT_EQ(delivery_pause(1), base::Seconds{5});
    EXPECT_EQ(delivery_pause(9), std::chrono::hours{24});
    EXPECT_FALSE(delivery_pause(10));
}

// A receiver's token is its own: whoever reads the audit log need not know it.
TEST_F(WebhookCourierTest, TheAuditLogShowsNoQueryOfAnEndpoint) {
    add({}, "https://example.org/hook?token=of-the-receiver");
    const auto entries = audit_.read(0, 10);
    ASSERT_TRUE(entries);
    ASSERT_FALSE(entries->empty());
    for (const ChainedEntry& link : *entries)
        EXPECT_EQ(link.entry.detail, "https://example.org/hook?\xe2\x80\xa6");
}

}  // namespace
}  // namespace llmapikey::test
