#include "webhooks/webhook_client.hpp"

#include <gtest/gtest.h>

#include "support/scripted_http_client.hpp"

namespace llmapikey::test {
namespace {

const base::Secret secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

TEST(WebhookSignature, IsThatOfTheSpecificationsExample) {
    EXPECT_EQ(webhook_signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", R"({"test": 2432232314})"),
              "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

class WebhookClientTest : public testing::Test {
protected:
    WebhookCall call(std::vector<base::Secret> secrets) {
        WebhookEvent event;
        event.id = "event-1";
        event.type = "key.issued";
        event.github_username = "a \"quoted\" name";
        event.at = base::Timestamp{base::Seconds{1'790'000'000}};
        return {"https://example.org/hook", std::move(secrets), event, base::Timestamp{base::Seconds{1'790'000'005}}};
    }
    base::Result<WebhookAnswer> post(std::vector<base::Secret> secrets = {secret}) {
        return client_.post(call(std::move(secrets)), base::Deadline::after(base::Millis{900}), std::stop_token());
    }

    ScriptedHttpClient http_;
    WebhookClient client_{http_, WebhookReach::inside};
};

TEST_F(WebhookClientTest, SendsIdTimestampAndSignatureAndGivesTheStatus) {
    http_.answer(204, "");
    EXPECT_EQ(post().value().status, 204);
    const net::ClientRequest& request = http_.requests.at(0);
    EXPECT_EQ(request.method + " " + request.url, "POST https://example.org/hook");
    EXPECT_EQ(request.headers.at(1).value, "event-1");
    EXPECT_EQ(request.headers.at(2).value, "1790000005");
    EXPECT_EQ(request.headers.at(3).value, webhook_signature(secret, "event-1", "1790000005", request.body));
    EXPECT_EQ(request.body, R"({"type":"key.issued","timestamp":"2026-09-21T14:13:20Z","data":{"github_username":)"
                            R"("a \"quoted\" name"}})");
    EXPECT_EQ(post().error().code, base::Errc::upstream_down);
}

TEST_F(WebhookClientTest, SignsWithEachSecret) {
    const base::Secret other("whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    http_.answer(204, "");
    ASSERT_TRUE(post({secret, other}));
    const net::ClientRequest& request = http_.requests.at(0);
    EXPECT_EQ(request.headers.at(3).value, webhook_signature(secret, "event-1", "1790000005", request.body) + " " +
                                               webhook_signature(other, "event-1", "1790000005", request.body));
}

TEST_F(WebhookClientTest, TheStatusCountsHoweverLargeTheBody) {
    http_.answer(200, std::string(300'000, 'x'));
    EXPECT_EQ(post().value().status, 200);
    http_.answer(503, std::string(300'000, 'x'), {{"Retry-After", "70"}});
    const auto answer = post();
    EXPECT_EQ(answer.value().status, 503);
    EXPECT_EQ(answer.value().retry_after, base::Seconds{70});
}

TEST_F(WebhookClientTest, RefusesAddressesThatAreNeverPostedTo) {
    const auto is_refused = [&](WebhookReach reach, const std::string& url) {
        const auto checked = WebhookClient(http_, reach).check(url);
        return !checked && checked.error().code == base::Errc::invalid_input;
    };
    for (const std::string url : {"http://169.254.169.254/latest", "https://user@[fe80::1]:8443/", "http://0.0.0.0",
                                  "http://[::]:80/x", "http://[::ffff:169.254.169.254]/",
                                  "http://[64:ff9b::a9fe:a9fe]/", "http://224.0.0.1/", "http://100.100.100.200/x"}) {
        EXPECT_TRUE(is_refused(WebhookReach::world, url)) << url;
        EXPECT_TRUE(is_refused(WebhookReach::inside, url)) << url;
        EXPECT_FALSE(is_refused(WebhookReach::any, url)) << url;
    }
    for (const std::string url :
         {"http://127.0.0.1:9/hook", "http://10.1.2.3/", "https://[::1]/", "http://192.168.0.1?x",
          "http://172.31.255.255#x", "http://[fd12::1]/", "http://100.64.0.1"}) {
        EXPECT_TRUE(is_refused(WebhookReach::world, url)) << url;
        EXPECT_FALSE(is_refused(WebhookReach::inside, url)) << url;
    }
    for (const std::string url :
         {"https://example.org/", "http://8.8.8.8", "https://[2606:4700::1]/x", "http://172.32.0.1"})
        EXPECT_FALSE(is_refused(WebhookReach::world, url)) << url;
}

}  // namespace
}  // namespace llmapikey::test
