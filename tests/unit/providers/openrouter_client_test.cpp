#include "providers/openrouter/openrouter_client.hpp"

#include <gtest/gtest.h>

#include "base/encoding.hpp"
#include "providers/openrouter/openrouter_wire.hpp"
#include "support/scripted_http_client.hpp"

namespace llmapikey {
namespace {

using net::TransferStatus;

base::Deadline soon() {
    return base::Deadline::after(base::Millis{5000});
}

class OpenRouterClientTest : public testing::Test {
protected:
    OpenRouterClient client(std::string workspace = "") {
        return OpenRouterClient(
            {"https://router.example/api/v1", base::Secret("management-key"), std::move(workspace), ""}, http_,
            Supervision{.back_off = base::Millis{1}});
    }
    MintOutcome mint() {
        return client().mint(
            {"llmapikey/gh-1/n", base::MicroUsd{2'500'000}, *base::parse_rfc3339("2027-12-31T23:59:59Z")}, soon());
    }
    test::ScriptedHttpClient http_;
};

TEST_F(OpenRouterClientTest, ACreateSaysAllThatTheContractAsksFor) {
    http_.answer(201, R"({"data":{"hash":"h"},"key":"sk-or-v1-k"})");
    const auto outcome = mint();
    ASSERT_TRUE(std::holds_alternative<Minted>(outcome));
    EXPECT_EQ(std::get<Minted>(outcome).raw_key.reveal(), "sk-or-v1-k");
    EXPECT_EQ(std::get<Minted>(outcome).delete_handle, "h");
    const auto& request = http_.requests.at(0);
    EXPECT_EQ(request.method + " " + request.url, "POST https://router.example/api/v1/keys");
    EXPECT_EQ(
        request.body,
        R"({"name":"llmapikey/gh-1/n","limit":2.5E0,"limit_reset":"daily","include_byok_in_limit":true,"expires_at":"2027-12-31T23:59:59Z"})");
    EXPECT_EQ(request.headers.at(0).value, "Bearer management-key");
}

TEST_F(OpenRouterClientTest, TheWorkspaceIsNamedOnlyWhenSet) {
    http_.answer(201, "{}");
    client("123e4567-e89b-42d3-a456-426614174000").mint({"n", {}, {}}, soon());
    EXPECT_NE(http_.requests.at(0).body.find(R"("workspace_id":"123e4567)"), std::string::npos);
    http_.answer(200, R"({"data":[]})");
    client("123e4567-e89b-42d3-a456-426614174000").list(nullptr, soon());
    EXPECT_EQ(http_.requests.at(1).url,
              "https://router.example/api/v1/"
              "keys?include_disabled=true&offset=0&workspace_id=123e4567-e89b-42d3-a456-426614174000");
}

struct CertainNo {
    int status;
    base::Errc code;
};
class CertainNoTest : public OpenRouterClientTest, public testing::WithParamInterface<CertainNo> {};

TEST_P(CertainNoTest, MintedNothing) {
    http_.answer(GetParam().status, R"({"error":{"code":1,"message":"no"}})");
    const auto outcome = mint();
    ASSERT_TRUE(std::holds_alternative<NotMinted>(outcome));
    EXPECT_EQ(std::get<NotMinted>(outcome).error.code, GetParam().code);
    EXPECT_EQ(http_.requests.size(), 1u) << "a create is never sent twice";
}

INSTANTIATE_TEST_SUITE_P(
    Statuses, CertainNoTest,
    testing::Values(CertainNo{400, base::Errc::upstream_refused}, CertainNo{401, base::Errc::misconfigured},
                    CertainNo{402, base::Errc::upstream_refused}, CertainNo{403, base::Errc::misconfigured},
                    CertainNo{404, base::Errc::misconfigured}, CertainNo{422, base::Errc::upstream_refused},
                    CertainNo{429, base::Errc::rate_limited}, CertainNo{301, base::Errc::misconfigured},
                    CertainNo{308, base::Errc::misconfigured}));

class UnknownOutcomeTest : public OpenRouterClientTest,
                           public testing::WithParamInterface<std::pair<int, const char*>> {};

TEST_P(UnknownOutcomeTest, IsNeverTakenForANo) {
    http_.answer(GetParam().first, GetParam().second);
    EXPECT_TRUE(std::holds_alternative<MintUnknown>(mint()));
    EXPECT_EQ(http_.requests.size(), 1u) << "a create is never sent twice";
}

INSTANTIATE_TEST_SUITE_P(Answers, UnknownOutcomeTest,
                         testing::Values(std::pair(500, "{}"), std::pair(502, "<html>"), std::pair(503, ""),
                                         std::pair(524, ""), std::pair(529, ""), std::pair(408, ""), std::pair(303, ""),
                                         std::pair(418, ""), std::pair(409, ""), std::pair(201, ""),
                                         std::pair(201, "{\"data\":"), std::pair(201, "[]"), std::pair(200, "<html>"),
                                         std::pair(201, "{\"key\":\"k\"}"),
                                         std::pair(201, "{\"data\":{\"hash\":\"\"},\"key\":\"k\"}")));

TEST_F(OpenRouterClientTest, AHandleWithoutAKeyIsKept) {
    http_.answer(201, R"({"data":{"hash":"h"}})");
    const auto outcome = mint();
    ASSERT_TRUE(std::holds_alternative<MintUnknown>(outcome));
    EXPECT_EQ(std::get<MintUnknown>(outcome).delete_handle, "h");
}

TEST_F(OpenRouterClientTest, WhatNeverLeftIsCertain) {
    http_.fail(TransferStatus::not_sent);
    EXPECT_TRUE(std::holds_alternative<NotMinted>(mint()));
    http_.fail(TransferStatus::unknown);
    EXPECT_TRUE(std::holds_alternative<MintUnknown>(mint()));
    EXPECT_EQ(http_.requests.size(), 2u);
}

TEST_F(OpenRouterClientTest, ReadsAreTriedAgainWithinTheDeadline) {
    http_.answer(503, "");
    http_.fail(TransferStatus::unknown);
    http_.answer(
        200,
        R"({"data":{"hash":"h","name":"n","limit":10,"limit_remaining":"7.5","disabled":true,"created_at":"2026-01-02T03:04:05.123456+00:00","expires_at":null}})");
    const auto key = client().get("h", soon());
    ASSERT_TRUE(key) << key.error().detail;
    EXPECT_EQ(key->limit_remaining->value, 7'500'000);
    EXPECT_TRUE(key->is_disabled);
    EXPECT_EQ(base::to_rfc3339(*key->created_at), "2026-01-02T03:04:05Z");
    EXPECT_FALSE(key->expires_at);
    EXPECT_EQ(http_.requests.size(), 3u);
}

TEST_F(OpenRouterClientTest, ARetryAfterBeyondTheDeadlineEndsTheTrying) {
    http_.answer(429, "{}", {{"Retry-After", "60"}});
    const auto key = client().get("h", soon());
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, base::Errc::rate_limited);
    EXPECT_EQ(key.error().retry_after, base::Seconds{60});
    EXPECT_EQ(http_.requests.size(), 1u);
}

TEST_F(OpenRouterClientTest, RevokingWhatIsGoneIsASuccessIfOpenRouterSaysSo) {
    http_.answer(404, R"({"error":{"code":404,"message":"API key not found"}})");
    EXPECT_TRUE(client().revoke("h/../x", soon()));
    EXPECT_EQ(http_.requests.at(0).url, "https://router.example/api/v1/keys/h%2F..%2Fx");
    http_.answer(404, "<html>nginx</html>");
    EXPECT_FALSE(client().revoke("h", soon())) << "a wrong address is no proof";
    http_.answer(200, R"({"deleted":true})");
    EXPECT_TRUE(client().revoke("h", soon()));
}

TEST_F(OpenRouterClientTest, ListsPassOverWhatHasNoHash) {
    http_.answer(200, R"({"data":[{"hash":"a","name":"x"},{"name":"none"},7,{"hash":"b"}],"more":1})");
    const auto page = client().list(nullptr, soon());
    ASSERT_TRUE(page);
    EXPECT_EQ(page->keys.size(), 2u);
    for (int i = 0; i < 3; ++i)
        http_.answer(200, "<html>");
    EXPECT_FALSE(client().list(nullptr, soon()));
}

// The next page begins with the last key of the one before: where that is missing, keys may have
// been passed over.
TEST_F(OpenRouterClientTest, PagesOfTheListOverlapByOneKey) {
    http_.answer(200, R"({"data":[{"hash":"a"},{"hash":"b"},{"hash":"c"}]})");
    auto first = client().list(nullptr, soon());
    ASSERT_TRUE(first && first->next);
    http_.answer(200, R"({"data":[{"hash":"c"},{"hash":"d"}]})");
    auto second = client().list(std::move(first->next), soon());
    ASSERT_TRUE(second && second->next);
    EXPECT_NE(http_.requests.at(1).url.find("offset=2"), std::string::npos) << http_.requests.at(1).url;
    ASSERT_EQ(second->keys.size(), 1u) << "each key once";
    EXPECT_EQ(second->keys.front().delete_handle, "d");
    http_.answer(200, R"({"data":[{"hash":"d"}]})");
    const auto last = client().list(std::move(second->next), soon());
    ASSERT_TRUE(last);
    EXPECT_TRUE(last->keys.empty());
    EXPECT_FALSE(last->next);
}

TEST_F(OpenRouterClientTest, DetailsHoldNoKeyAndNoOwner) {
    http_.answer(400, R"({"error":{"message":"bad key sk-or-v1-0123456789abcdef \n given"},"user_id":"user_owner"})");
    const auto outcome = mint();
    const std::string detail = std::get<NotMinted>(outcome).error.detail;
    EXPECT_NE(detail.find("bad key ***"), std::string::npos) << detail;
    EXPECT_EQ(detail.find("0123456789abcdef"), std::string::npos);
    EXPECT_EQ(detail.find("user_owner"), std::string::npos);
    EXPECT_EQ(detail.find('\n'), std::string::npos);
}

// As OpenRouter's key objects are since October 2026.
TEST_F(OpenRouterClientTest, TheLastUseIsReadWhereItIsTold) {
    http_.answer(200, R"({"data":{"hash":"h","last_used_at":"2026-10-06T12:34:56.789Z"}})");
    EXPECT_EQ(client().get("h", soon())->last_used_at, base::parse_rfc3339("2026-10-06T12:34:56Z"));
    for (const char* data : {R"({"hash":"h","last_used_at":null})", R"({"hash":"h"})"}) {
        http_.answer(200, std::string("{\"data\":") + data + "}");
        EXPECT_FALSE(client().get("h", soon())->last_used_at) << data;
    }
}

TEST_F(OpenRouterClientTest, WhatProvidersOwnKeysPayCountsInEveryWindowAsItDoesInTheCap) {
    const auto key_that = [&](const std::string& includes) {
        http_.answer(200, R"({"data":{"hash":"h","limit":10,"limit_remaining":3,"limit_reset":"daily","usage":20,
            "usage_daily":1,"usage_weekly":2,"usage_monthly":3,"byok_usage":60,"byok_usage_daily":6,
            "byok_usage_weekly":7,"byok_usage_monthly":8,"include_byok_in_limit":)" +
                              includes + "}}");
        return *client().get("h", soon());
    };
    const auto counted = key_that("true");
    EXPECT_EQ(counted.usage.value, 80'000'000);
    EXPECT_EQ(counted.usage_daily->value, 7'000'000);
    EXPECT_EQ(counted.usage_weekly->value, 9'000'000);
    EXPECT_EQ(counted.usage_monthly->value, 11'000'000);
    const auto left_out = key_that("false");
    EXPECT_EQ(left_out.usage.value, 20'000'000);
    EXPECT_EQ(left_out.usage_weekly->value, 2'000'000);
}

TEST_F(OpenRouterClientTest, AKeyWithoutALimitHasNone) {
    http_.answer(200, R"({"data":{"hash":"h","limit":null,"limit_remaining":null,"limit_reset":null,"usage":5}})");
    const auto key = client().get("h", soon());
    EXPECT_FALSE(key->limit);
    EXPECT_FALSE(key->limit_remaining);
}

// Rather than taken for nothing, shown, or added up until it overflows.
TEST(OpenRouterAmounts, ThatNobodyHasAreUnread) {
    for (const char* absurd : {"1e308", "-5", "1e12", "\"NaN\"", "\"inf\"", "\"1e308\"", "\"-5\"", "\"ten\"", "\"\"",
                               "true", "[]", "null", "-1e308"}) {
        const std::string amount = absurd;
        EXPECT_FALSE(parse_credits_answer(R"({"data":{"total_credits":)" + amount + R"(,"total_usage":1}})")) << amount;
        EXPECT_FALSE(parse_credits_answer(R"({"data":{"total_credits":1,"total_usage":)" + amount + "}}")) << amount;
        const auto key = parse_key_answer(R"({"data":{"hash":"h","limit":)" + amount + R"(,"usage":)" + amount +
                                          R"(,"byok_usage":)" + amount + R"(,"include_byok_in_limit":true}})");
        ASSERT_TRUE(key) << amount;
        EXPECT_FALSE(key->limit) << amount;
        EXPECT_EQ(key->usage.value, 0) << amount;
    }
    EXPECT_EQ(parse_credits_answer(R"({"data":{"total_credits":"12.5","total_usage":0}})")->total.value, 12'500'000);
    EXPECT_EQ(parse_key_answer(R"({"data":{"hash":"h","limit_remaining":-0.25}})")->limit_remaining->value, -250'000);
    EXPECT_FALSE(parse_key_answer(R"({"data":{"hash":"h","limit_remaining":-1e308}})")->limit_remaining);
}

TEST(OpenRouterWireTest, ActivityIsSummedUpByModelTheMostExpensiveFirst) {
    const auto models = parse_activity_answer(R"({"data":[
        {"date":"2027-02-21","model":"a/cheap","usage":0.25,"requests":2},
        {"date":"2027-02-21","model":"b/dear","usage":3,"requests":1},
        {"date":"2027-02-20","model":"a/cheap","usage":"0.5","requests":"4"},
        {"date":"2027-02-20","usage":9}, null, 7]})");
    ASSERT_TRUE(models);
    EXPECT_EQ(*models, (std::vector<ModelSpending>{{"b/dear", base::MicroUsd{3'000'000}, 1},
                                                   {"a/cheap", base::MicroUsd{750'000}, 6}}));
    EXPECT_TRUE(parse_activity_answer(R"({"data":[]})")->empty());
    for (const char* wrong : {"", "[]", R"({"data":{}})", R"({"error":{}})"})
        EXPECT_FALSE(parse_activity_answer(wrong)) << wrong;
}

}  // namespace
}  // namespace llmapikey
