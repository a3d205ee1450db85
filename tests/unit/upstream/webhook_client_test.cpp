#include "upstream/webhook_client.hpp"

#include <gtest/gtest.h>

#include "support/scripted_http_client.hpp"

namespace llmapikey::test {
namespace {

const base::Secret secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

TEST(WebhookSignature, IsThatOfTheSpecificationsExample) {
    EXPECT_EQ(
        upstream::webhook_signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", R"({"test": 2432232314})"),
        "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
}

TEST(WebhookClient, SendsIdTimestampAndSignatureAndGivesTheStatus) {
    ScriptedHttpClient http;
    http.answer(204, "");
    upstream::WebhookClient client(http);
    service::WebhookEvent event;
    event.id = "event-1";
    event.type = "key.issued";
    event.github_username = "a \"quoted\" name";
    event.at = base::Timestamp{base::Seconds{1'790'000'000}};
    const auto status =
        client.post("https://example.org/hook", secret, event, base::Timestamp{base::Seconds{1'790'000'005}},
                    base::Deadline::after(base::Millis{9}));
    EXPECT_EQ(status.value(), 204);
    const net::ClientRequest& request = http.requests.at(0);
    EXPECT_EQ(request.method + " " + request.url, "POST https://example.org/hook");
    EXPECT_EQ(request.headers.at(1).value, "event-1");
    EXPECT_EQ(request.headers.at(2).value, "1790000005");
    EXPECT_EQ(request.headers.at(3).value, upstream::webhook_signature(secret, "event-1", "1790000005", request.body));
    EXPECT_EQ(request.body, R"({"type":"key.issued","timestamp":"2026-09-21T14:13:20Z","data":{"github_username":)"
                            R"("a \"quoted\" name"}})");
    EXPECT_EQ(client.post("https://x", secret, event, event.at, base::Deadline::after(base::Millis{9})).error().code,
              base::Errc::upstream_down);
}

}  // namespace
}  // namespace llmapikey::test
