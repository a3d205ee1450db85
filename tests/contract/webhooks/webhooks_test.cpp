// What organizers do with endpoints. How messages are sent: webhook_courier_test.cpp.
#include "webhooks/webhooks.hpp"

#include <gtest/gtest.h>

#include "sql/sqlite/sqlite_sql.hpp"
#include "support/manual_clock.hpp"
#include "support/memory_audit_log.hpp"
#include "support/sqlite_database.hpp"
#include "webhooks/store_webhooks.hpp"

namespace llmapikey::test {
namespace {

// Never posts; refuses one address.
class SilentTransport final : public WebhookTransport {
public:
    base::Result<void> check(const std::string& url) const override {
        if (url == refused) return base::fail(base::Errc::invalid_input, "never posted to");
        return {};
    }
    base::Result<WebhookAnswer> post(const WebhookCall&, base::Deadline, const std::stop_token&) override {
        ADD_FAILURE() << "sending is the courier's";
        return WebhookAnswer{};
    }
    std::string refused;
};

class WebhooksTest : public testing::Test {
protected:
    NewEndpoint add(const std::set<std::string>& events = {}) {
        const auto added = webhooks_.add("https://example.org/hook", events, by_);
        EXPECT_TRUE(added) << added.error().detail;
        return *added;
    }
    WebhookEndpoint stored() {
        const auto endpoints = store_.endpoints().value();
        EXPECT_EQ(endpoints.size(), 1u);
        return endpoints.empty() ? WebhookEndpoint{} : endpoints.front();
    }
    std::string opened(const std::string& sealed) {
        const auto secret = sealer_.open(sealed, stored().id);
        return secret ? secret->reveal() : "";
    }
    std::string recorded() {
        std::string all;
        const auto entries = audit_.read(0, 100).value();
        for (const ChainedEntry& each : entries)
            all += each.entry.action + " " + each.entry.outcome + "; ";
        return all;
    }

    const Initiator by_{"github:1003", "cli"};
    TemporaryFolder folder_;
    ManualClock clock_;
    SqlWebhookStore store_{std::make_shared<sqlite::SqliteSql>(open_connections(folder_.file()))};
    SilentTransport transport_;
    MemoryAuditLog audit_;
    base::Sealer sealer_{base::Secret(std::string(32, 'k')), "webhook secrets"};
    Webhooks webhooks_{store_, transport_, sealer_, audit_, clock_};
};

TEST_F(WebhooksTest, AnEndpointHasASecretThatIsKeptSealed) {
    const NewEndpoint added = add({"key.issued"});
    EXPECT_TRUE(added.secret.reveal().starts_with("whsec_"));
    EXPECT_EQ(stored().id, added.endpoint.id);
    EXPECT_EQ(stored().events, std::set<std::string>{"key.issued"});
    EXPECT_TRUE(stored().is_enabled);
    EXPECT_EQ(stored().created_at, clock_.now());
    EXPECT_EQ(stored().sealed_secret.find(added.secret.reveal()), std::string::npos);
    EXPECT_EQ(opened(stored().sealed_secret), added.secret.reveal());
    EXPECT_EQ(recorded(), "webhook.add begun; webhook.add done; ");
    EXPECT_NE(webhooks_.add("https://other.example", {}, by_)->secret.reveal(), added.secret.reveal());
}

TEST_F(WebhooksTest, WhereNothingCanArriveNoEndpointIsAdded) {
    transport_.refused = "https://internal.example/hook";
    for (const char* url :
         {"", "example.org", "ftp://example.org", "https://u:p@example.org/", transport_.refused.c_str()})
        EXPECT_EQ(webhooks_.add(url, {}, by_).error().code, base::Errc::invalid_input) << url;
    const auto unknown = webhooks_.add("https://example.org", {"key.issued", "key.\n"}, by_);
    ASSERT_FALSE(unknown);
    EXPECT_EQ(unknown.error().code, base::Errc::invalid_input);
    EXPECT_EQ(unknown.error().detail.find('\n'), std::string::npos);
    EXPECT_TRUE(store_.endpoints()->empty());
    EXPECT_EQ(recorded(), "") << "nothing has begun";
    for (const std::string_view type : webhook_event_types())
        EXPECT_TRUE(webhooks_.add("https://example.org", {std::string(type)}, by_)) << type;
}

TEST_F(WebhooksTest, ARemovedEndpointIsGoneAndCannotBeRemovedAgain) {
    const std::string id = add().endpoint.id;
    ASSERT_TRUE(webhooks_.remove(id, by_));
    EXPECT_TRUE(store_.endpoints()->empty());
    EXPECT_EQ(webhooks_.remove(id, by_).error().code, base::Errc::not_found);
    EXPECT_TRUE(recorded().ends_with("webhook.remove begun; webhook.remove failed; ")) << recorded();
    EXPECT_EQ(webhooks_.test(id).error().code, base::Errc::not_found);
}

TEST_F(WebhooksTest, AFormerSecretSignsForAsLongAsItIsTold) {
    const NewEndpoint added = add();
    const auto rotated = webhooks_.rotate_secret(added.endpoint.id, former_secret_max, by_);
    ASSERT_TRUE(rotated) << rotated.error().detail;
    EXPECT_EQ(opened(stored().sealed_secret), rotated->secret.reveal());
    EXPECT_EQ(opened(stored().sealed_former_secret), added.secret.reveal());
    EXPECT_EQ(stored().former_until, clock_.now() + former_secret_max);
    ASSERT_TRUE(webhooks_.rotate_secret(added.endpoint.id, std::chrono::hours{0}, by_));
    EXPECT_EQ(stored().sealed_former_secret, "");
    EXPECT_FALSE(stored().former_until);
    const auto secret = stored().sealed_secret;
    for (const std::chrono::hours hours : {former_secret_max + std::chrono::hours{1}, std::chrono::hours{-1}})
        EXPECT_EQ(webhooks_.rotate_secret(added.endpoint.id, hours, by_).error().code, base::Errc::invalid_input);
    EXPECT_EQ(stored().sealed_secret, secret);
}

TEST_F(WebhooksTest, ASecretIsShownAgainOnlyWhileItIsThePresentOne) {
    const NewEndpoint added = add();
    const std::string id = added.endpoint.id;
    EXPECT_FALSE(webhooks_.may_show_again(id, base::Secret("whsec_other"), by_).value());
    EXPECT_FALSE(webhooks_.may_show_again("nobody", added.secret, by_).value());
    EXPECT_EQ(recorded(), "webhook.add begun; webhook.add done; ") << "what is refused is no showing";
    EXPECT_TRUE(webhooks_.may_show_again(id, added.secret, by_).value());
    EXPECT_TRUE(recorded().ends_with("webhook.reveal begun; webhook.reveal done; "));
    ASSERT_TRUE(webhooks_.rotate_secret(id, former_secret_default, by_));
    EXPECT_FALSE(webhooks_.may_show_again(id, added.secret, by_).value()) << "it signs still, but is another one";
}

TEST_F(WebhooksTest, ATestGoesToOneEndpointAndEndsItsPause) {
    const std::string id = add().endpoint.id;
    const auto failing_since = clock_.now();
    ASSERT_TRUE(store_.set_health(id, {5, failing_since, clock_.now() + base::Seconds{600}}));
    ASSERT_TRUE(webhooks_.test(id));
    ASSERT_TRUE(webhooks_.test(id));
    const auto events = store_.undispatched(10).value();
    ASSERT_EQ(events.size(), 2u) << "each is a message of its own";
    for (const WebhookEvent& event : events) {
        EXPECT_EQ(event.type, webhook_test_type);
        EXPECT_EQ(event.detail, id);
    }
    EXPECT_EQ(stored().health.next_at, clock_.now()) << "somebody waits to see it";
    EXPECT_EQ(stored().health.failures, 5);
    EXPECT_EQ(stored().health.failing_since, failing_since);
}

TEST(DeliveryStateTest, HasAWordForEach) {
    EXPECT_EQ(to_text(DeliveryState::waiting), "waiting");
    EXPECT_EQ(to_text(DeliveryState::delivered), "delivered");
    EXPECT_EQ(to_text(DeliveryState::dead), "dead");
}

}  // namespace
}  // namespace llmapikey::test
