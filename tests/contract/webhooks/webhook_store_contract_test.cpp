// What every WebhookStore promises, and who is told of what becomes of keys, asked of both
// databases.
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "insight/store_statistics.hpp"
#include "support/stores_under_test.hpp"
#include "webhooks/store_webhooks.hpp"

namespace llmapikey::test {
namespace {

class WebhookStoreContract : public StoresUnderTest {
protected:
    WebhookEndpoint endpoint() {
        WebhookEndpoint endpoint;
        endpoint.id = base::random_uuid();
        endpoint.url = "https://example.org/hook";
        endpoint.sealed_secret = "v1.sealed";
        endpoint.events = {"key.issued", "key.revoked"};
        endpoint.created_at = clock_.now();
        return endpoint;
    }
};

TEST_P(WebhookStoreContract, WebhooksHearOfKeysOnlyWhenSomebodyListens) {
    SqlWebhookStore store(sql_);
    issue(1);
    EXPECT_TRUE(store.undispatched(10).value().empty());
    const auto listener = endpoint();
    ASSERT_TRUE(store.add_endpoint(listener));
    EXPECT_EQ(store.endpoints().value().at(0).events, listener.events);
    const auto grant = issue(2, "ada");
    ASSERT_TRUE(admin_->begin_revocations({grant.id}, ending()));
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    const auto doubtful = reserve(3);
    ASSERT_TRUE(keys_->mark_ambiguous({{3}, doubtful.id, doubtful.nonce}, ""));
    ASSERT_TRUE(keys_->mark_ambiguous({{3}, doubtful.id, doubtful.nonce}, ""));
    const auto events = store.undispatched(10);
    ASSERT_TRUE(events) << events.error().detail;
    std::multiset<std::string> types;
    for (const WebhookEvent& event : *events)
        types.insert(event.type + " " + event.github_user_id + " " + event.detail);
    EXPECT_EQ(types, (std::multiset<std::string>{"key.issued 2 ", "key.revoked 2 leaked", "mint.ambiguous 3 "}));
}

TEST_P(WebhookStoreContract, AnExpiryIsToldOnceAlsoWhenTheKeyWasEndedForIt) {
    SqlWebhookStore store(sql_);
    ASSERT_TRUE(store.add_endpoint(endpoint()));
    const auto kept = issue(1), gone = issue(2), revoked = issue(3);
    clock_.advance(std::chrono::days{91});
    auto expired = ending();
    expired.reason = "expired";
    for (const auto& [grant, why] : {std::pair(gone, expired), std::pair(revoked, ending())}) {
        ASSERT_TRUE(admin_->begin_revocations({grant.id}, why));
        ASSERT_TRUE(admin_->finish_revocation(grant, clock_.now()));
    }
    for (int time = 0; time < 2; ++time)
        ASSERT_TRUE(store.add_expiries(clock_.now() - std::chrono::days{2}, clock_.now()));
    const auto events = store.undispatched(20).value();
    std::multiset<std::string> told;
    for (const WebhookEvent& event : events)
        if (event.type == "key.expired") told.insert(event.grant_id);
    EXPECT_EQ(told, (std::multiset<std::string>{kept.id, gone.id})) << "and not of one that was revoked";
}

TEST_P(WebhookStoreContract, ADeliveryIsMadeOnceUpdatedAndSentAgain) {
    SqlWebhookStore store(sql_);
    const auto listener = endpoint();
    ASSERT_TRUE(store.add_endpoint(listener));
    issue(1);
    ASSERT_TRUE(store.add_expiries(clock_.now() + std::chrono::days{89}, clock_.now() + std::chrono::days{91}));
    ASSERT_TRUE(store.add_expiries(clock_.now() + std::chrono::days{89}, clock_.now() + std::chrono::days{91}));
    const auto events = store.undispatched(10).value();
    ASSERT_EQ(events.size(), 2u);
    for (const WebhookEvent& event : events) {
        ASSERT_TRUE(store.dispatch(event.id, {listener.id}, clock_.now()));
        ASSERT_TRUE(store.dispatch(event.id, {listener.id}, clock_.now()));
    }
    EXPECT_TRUE(store.undispatched(10).value().empty());
    EXPECT_EQ(store.endpoints_with_due(clock_.now()).value(), std::set<std::string>{listener.id});
    EXPECT_TRUE(store.endpoints_with_due(clock_.now() - base::Seconds{1}).value().empty());
    EXPECT_TRUE(store.due("nobody", clock_.now(), 10).value().empty());
    EXPECT_EQ(store.due(listener.id, clock_.now(), 1).value().size(), 1u);
    auto due = store.due(listener.id, clock_.now(), 10).value();
    ASSERT_EQ(due.size(), 2u);
    due[0].state = DeliveryState::dead;
    due[0].attempts = 10;
    due[0].problem = "answered 500";
    due[1].next_at = clock_.now() + base::Seconds{60};
    ASSERT_TRUE(store.update(due[0]));
    ASSERT_TRUE(store.update(due[1]));
    EXPECT_TRUE(store.due(listener.id, clock_.now(), 10).value().empty());
    EXPECT_EQ(store.count_dead().value(), 1);
    EXPECT_EQ(SqlStatisticsStore(sql_).status_counts().value().waiting_deliveries, 1);
    EXPECT_EQ(store.deliveries(DeliveryState::dead, 10).value().at(0).problem, "answered 500");
    EXPECT_EQ(store.deliveries(std::nullopt, 10).value().size(), 2u);
    EXPECT_FALSE(store.resend(due[1].id, clock_.now()).value()) << "it waits already";
    EXPECT_TRUE(store.resend(due[0].id, clock_.now()).value());
    EXPECT_EQ(store.due(listener.id, clock_.now(), 10).value().at(0).attempts, 0);
    ASSERT_TRUE(store.prune(clock_.now() + std::chrono::days{365}));
    EXPECT_EQ(store.deliveries(std::nullopt, 10).value().size(), 2u) << "what waits is kept";
    EXPECT_TRUE(store.remove_endpoint(listener.id).value());
    EXPECT_FALSE(store.remove_endpoint(listener.id).value());
    EXPECT_TRUE(store.deliveries(std::nullopt, 10).value().empty());
}

TEST_P(WebhookStoreContract, AnEndpointHasItsHealthItsSecretsAndItsEnd) {
    SqlWebhookStore store(sql_);
    const auto listener = endpoint(), other = endpoint();
    ASSERT_TRUE(store.add_endpoint(listener));
    ASSERT_TRUE(store.add_endpoint(other));
    const auto found = [&] {
        const auto all = store.endpoints().value();
        return *std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.id == listener.id; });
    };
    EXPECT_EQ(found().health.failures, 0);
    EXPECT_FALSE(found().health.failing_since);
    ASSERT_TRUE(store.set_health(listener.id, {3, clock_.now(), clock_.now() + base::Seconds{9}}));
    EXPECT_EQ(found().health.failures, 3);
    EXPECT_EQ(found().health.failing_since, clock_.now());
    EXPECT_EQ(found().health.next_at, clock_.now() + base::Seconds{9});
    ASSERT_TRUE(store.set_health(listener.id, {}));
    EXPECT_FALSE(found().health.failing_since);

    EXPECT_EQ(found().sealed_former_secret, "");
    EXPECT_TRUE(store.rotate_secret(listener.id, "v1.second", clock_.now() + base::Seconds{60}).value());
    EXPECT_EQ(found().sealed_secret, "v1.second");
    EXPECT_EQ(found().sealed_former_secret, "v1.sealed");
    EXPECT_EQ(found().former_until, clock_.now() + base::Seconds{60});
    EXPECT_TRUE(store.rotate_secret(listener.id, "v1.third", std::nullopt).value());
    EXPECT_EQ(found().sealed_former_secret, "");
    EXPECT_FALSE(found().former_until);
    EXPECT_FALSE(store.rotate_secret("nobody", "v1.x", std::nullopt).value());

    ASSERT_TRUE(store.add_event({base::random_uuid(), "a", "key.issued", "", "", "", "", clock_.now()}));
    const auto event = store.undispatched(1).value().at(0).id;
    ASSERT_TRUE(store.dispatch(event, {listener.id, other.id, "nobody"}, clock_.now()));
    EXPECT_EQ(store.deliveries(std::nullopt, 10).value().size(), 2u) << "none to one that is not there";
    ASSERT_TRUE(store.give_up(listener.id, clock_.now(), "too long", clock_.now()));
    EXPECT_EQ(store.count_dead().value(), 0) << "it has not waited since before then";
    ASSERT_TRUE(store.disable_endpoint(listener.id, "gone", clock_.now()));
    EXPECT_FALSE(found().is_enabled);
    ASSERT_EQ(store.count_dead().value(), 1);
    EXPECT_EQ(store.deliveries(DeliveryState::dead, 10).value().at(0).problem, "gone");
    ASSERT_TRUE(store.enable_endpoint(listener.id));
    EXPECT_TRUE(found().is_enabled);
}

INSTANTIATE_TEST_SUITE_P(Stores, WebhookStoreContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
