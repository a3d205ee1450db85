#include "webhooks/webhook_url.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace llmapikey {
namespace {

TEST(WebhookUrl, MayBeWhateverCanBeReached) {
    for (const char* good : {"https://example.org", "https://example.org/hook?room=1", "http://127.0.0.1:9/x",
                             "http://[::1]:8080/", "https://example.org./a%20b", "https://example.org:/x",
                             "https://a-b.c_d.example/@me", "https://xn--bcher-kva.example/?to=a@example.org"})
        EXPECT_TRUE(check_webhook_url(good)) << good;
}

TEST(WebhookUrl, IsRefusedWithTheReason) {
    for (const auto& [bad, why] : std::vector<std::pair<std::string, std::string>>{
             {"", "https or http URL"},
             {"ftp://example.org", "https or http URL"},
             {"file:///etc/passwd", "https or http URL"},
             {"javascript:alert(1)", "https or http URL"},
             {"//example.org", "https or http URL"},
             {"https://", "no host"},
             {"https:///hook", "no host"},
             {"https://:443/", "no host"},
             {"https://?a", "no host"},
             {"https://.", "host that is none"},
             {"https://.../", "host that is none"},
             {"https://a..b/", "host that is none"},
             {"https://.example.org/", "host that is none"},
             {"https://" + std::string(64, 'a') + ".org/", "host that is none"},
             {"https://1.2.3.256/", "host that is none"},
             {"https://[::g]/", "host that is none"},
             {"https://exa%6dple.org/", "host that is none"},
             {"https://example.org:0/", "port that is none"},
             {"https://example.org:65536/", "port that is none"},
             {"https://example.org:https/", "port that is none"},
             {"https://[::1]:0/", "port that is none"},
             {"https://user:pass@example.org/", "no user and password"},
             {"https://example.org@evil.example/", "no user and password"},
             {"https://@example.org/", "no user and password"},
             {"https://example.org/#part", "no fragment"},
             {"https://example.org#part", "no fragment"},
             {"https://example.org/a b", "character"},
             {"https://example.org\\@evil.example/", "character"},
             {"https://example.org/\n", "character"},
             {"https://example.org/?key=sk-or-v1-0123", "whole key"},
             {"https://example.org/" + std::string(2000, 'a'), "longer"}}) {
        const auto checked = check_webhook_url(bad);
        ASSERT_FALSE(checked) << bad;
        EXPECT_EQ(checked.error().code, base::Errc::invalid_input);
        EXPECT_NE(checked.error().detail.find(why), std::string::npos) << bad << ": " << checked.error().detail;
        EXPECT_EQ(checked.error().detail.find("pass@"), std::string::npos);
    }
}

TEST(WebhookUrl, IsLoggedWithoutWhatOnlyItsReceiverShouldKnow) {
    EXPECT_EQ(loggable_webhook_url("https://example.org:8443/hook"), "https://example.org:8443/hook");
    EXPECT_EQ(loggable_webhook_url("https://example.org/hook?token=s3cret&a=b"), "https://example.org/hook?…");
    EXPECT_EQ(loggable_webhook_url("https://user:s3cret@example.org?token=s3cret#s3cret"), "https://example.org?…");
    EXPECT_EQ(loggable_webhook_url("https://example.org/to/a@b"), "https://example.org/to/a@b");
}

}  // namespace
}  // namespace llmapikey
