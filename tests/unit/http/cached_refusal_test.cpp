#include "http/answers/cached_refusal.hpp"

#include <gtest/gtest.h>

#include <string>

namespace llmapikey {
namespace {

net::Response example() {
    net::Response response;
    response.status = 503;
    response.set("Content-Type", "text/plain").set("Retry-After", "5");
    response.body = "Busy. Request AAAABBBBCCCC.";
    return response;
}

std::string body_of(const net::ReadyResponse& answer) {
    return std::string(answer.body) + std::string(answer.own_body()) + std::string(answer.body_end);
}

TEST(CachedRefusal, HasTheIdOfEachRequestWhereTheExampleHasItsOwn) {
    const CachedRefusal refusal(example(), "AAAABBBBCCCC", Hsts::this_host);
    const net::ReadyResponse answer = refusal.answer(false, false, "ddddeeeeffff");
    EXPECT_EQ(body_of(answer), "Busy. Request ddddeeeeffff.");
    EXPECT_TRUE(answer.head.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    EXPECT_NE(answer.head.find("\r\nRetry-After: 5\r\n"), std::string_view::npos);
    EXPECT_NE(answer.head.find("\r\nContent-Length: 27\r\n"), std::string_view::npos);
    EXPECT_NE(answer.head.find("\r\nContent-Security-Policy: "), std::string_view::npos);
    EXPECT_TRUE(answer.head.ends_with("\r\n"));
    EXPECT_FALSE(answer.head.ends_with("\r\n\r\n"));
}

TEST(CachedRefusal, HasNoBodyForHeadButItsLength) {
    const CachedRefusal refusal(example(), "AAAABBBBCCCC", Hsts::this_host);
    const net::ReadyResponse answer = refusal.answer(true, false, "ddddeeeeffff");
    EXPECT_TRUE(body_of(answer).empty());
    EXPECT_EQ(answer.head, refusal.answer(false, false, "ddddeeeeffff").head);
}

TEST(CachedRefusal, AsksForHttpsOfThoseWhoHaveItOnly) {
    const CachedRefusal refusal(example(), "AAAABBBBCCCC", Hsts::this_host);
    EXPECT_EQ(refusal.answer(false, false, "x").head.find("Strict-Transport-Security"), std::string_view::npos);
    EXPECT_NE(refusal.answer(false, true, "x").head.find("Strict-Transport-Security: max-age=63072000\r\n"),
              std::string_view::npos);
    const CachedRefusal wide(example(), "AAAABBBBCCCC", Hsts::subdomains);
    EXPECT_NE(wide.answer(false, true, "x").head.find("Security: max-age=63072000; includeSubDomains\r\n"),
              std::string_view::npos);
}

TEST(CachedRefusal, NeedsNoPlaceForAnId) {
    const CachedRefusal refusal(example(), "not in it", Hsts::this_host);
    EXPECT_EQ(body_of(refusal.answer(false, false, "ddddeeeeffff")), example().body);
}

}  // namespace
}  // namespace llmapikey
