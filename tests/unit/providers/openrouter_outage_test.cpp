// What OpenRouterClient does while OpenRouter is in trouble.
#include <gtest/gtest.h>

#include <map>

#include "providers/openrouter/openrouter_client.hpp"
#include "support/scripted_http_client.hpp"

namespace llmapikey {
namespace {

using net::TransferStatus;

constexpr const char* key_body = R"({"data":{"hash":"h"}})";
constexpr const char* credits_body = R"({"data":{"total_credits":10,"total_usage":1}})";

base::Deadline soon() {
    return base::Deadline::after(base::Millis{5000});
}

class OpenRouterOutageTest : public testing::Test {
protected:
    OpenRouterClient make(bool is_probed) {
        Supervision supervision;
        supervision.is_probed = is_probed;
        supervision.back_off = base::Millis{1};
        supervision.on_call = [this](std::string_view call, std::string_view outcome) {
            ++counted_[std::string(call) + " " + std::string(outcome)];
        };
        supervision.on_pause = [this](std::string_view call, base::Seconds) { paused_.emplace_back(call); };
        supervision.on_circuit = [this](CircuitState, CircuitState to) { states_.push_back(to); };
        return OpenRouterClient({"https://router.example/api/v1", base::Secret("management-key"), "", ""}, http_,
                                std::move(supervision));
    }

    // Answers that ask for a long pause are not tried again within a call.
    void answer_down(int status = 503) { http_.answer(status, "down", {{"Retry-After", "60"}}); }
    void bring_down(OpenRouterClient& client) {
        for (int i = 0; i < 5; ++i) {
            answer_down();
            EXPECT_FALSE(client.get("h", soon()));
        }
    }
    static MintOutcome mint(OpenRouterClient& client) {
        return client.mint({"llmapikey/gh-1/n", base::MicroUsd{1}, {}}, soon());
    }

    test::ScriptedHttpClient http_;
    std::map<std::string, int> counted_;
    std::vector<std::string> paused_;
    std::vector<CircuitState> states_;
};

TEST_F(OpenRouterOutageTest, NothingIsSentWhileItIsDown) {
    auto client = make(true);
    bring_down(client);
    const auto sent = http_.requests.size();
    const auto key = client.get("h", soon());
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, base::Errc::upstream_down);
    EXPECT_EQ(key.error().retry_after, base::Seconds{3});
    EXPECT_EQ(client.revoke("h", soon()).error().code, base::Errc::upstream_down);
    EXPECT_EQ(client.update("h", {}, soon()).error().code, base::Errc::upstream_down);
    EXPECT_EQ(client.list(nullptr, soon()).error().code, base::Errc::upstream_down);
    EXPECT_EQ(http_.requests.size(), sent);
    EXPECT_EQ(counted_["get short_circuited"], 1);
    EXPECT_EQ(counted_["get unknown"], 5);
}

TEST_F(OpenRouterOutageTest, WhatIsNotSentIsCertainlyNotMinted) {
    auto client = make(true);
    bring_down(client);
    const auto sent = http_.requests.size();
    const auto outcome = mint(client);
    ASSERT_TRUE(std::holds_alternative<NotMinted>(outcome));
    EXPECT_EQ(std::get<NotMinted>(outcome).error.code, base::Errc::upstream_down);
    EXPECT_EQ(std::get<NotMinted>(outcome).error.retry_after, base::Seconds{3});
    EXPECT_EQ(http_.requests.size(), sent);
    EXPECT_EQ(counted_["mint short_circuited"], 1);
}

TEST_F(OpenRouterOutageTest, CreatesThatFailCountToo) {
    auto client = make(true);
    for (int i = 0; i < 5; ++i) {
        http_.fail(i % 2 == 0 ? TransferStatus::unknown : TransferStatus::not_sent);
        mint(client);
    }
    EXPECT_EQ(states_, std::vector{CircuitState::open});
    EXPECT_EQ(counted_["mint unknown"], 3);
    EXPECT_EQ(counted_["mint not_sent"], 2);
}

TEST_F(OpenRouterOutageTest, AProbeReadsTheCreditsAndLetsCallsThroughAgain) {
    auto client = make(true);
    client.probe();
    EXPECT_TRUE(http_.requests.empty()) << "nothing to find out";
    bring_down(client);
    const auto sent = http_.requests.size();
    const auto until_sent = [&](std::size_t count) {
        while (http_.requests.size() < count)
            client.probe();  // for a moment after the last one it does nothing
    };
    http_.answer(503, "down");
    until_sent(sent + 1);
    EXPECT_EQ(http_.requests.back().method + " " + http_.requests.back().url,
              "GET https://router.example/api/v1/credits");
    EXPECT_FALSE(client.get("h", soon())) << "still down";
    http_.answer(200, credits_body);
    until_sent(sent + 2);
    http_.answer(200, key_body);
    EXPECT_TRUE(client.get("h", soon()));
    EXPECT_EQ(counted_["probe unknown"], 1);
    EXPECT_EQ(counted_["probe ok"], 1);
    EXPECT_EQ(states_.back(), CircuitState::closed);
}

TEST_F(OpenRouterOutageTest, WithoutAProberACallAsksFirst) {
    auto client = make(false);
    bring_down(client);
    const auto sent = http_.requests.size();
    http_.answer(200, credits_body);
    http_.answer(201, R"({"data":{"hash":"h"},"key":"k"})");
    auto outcome = mint(client);
    while (std::holds_alternative<NotMinted>(outcome) && http_.requests.size() == sent)
        outcome = mint(client);  // too early to ask
    EXPECT_TRUE(std::holds_alternative<Minted>(outcome));
    ASSERT_EQ(http_.requests.size(), sent + 2);
    EXPECT_EQ(http_.requests[sent].url, "https://router.example/api/v1/credits");
    EXPECT_EQ(http_.requests[sent + 1].method, "POST");
}

TEST_F(OpenRouterOutageTest, RefusalsAndLimitsAreNoOutage) {
    auto client = make(true);
    for (const int status : {429, 404, 400, 401, 403, 429, 402, 404}) {
        http_.answer(status, "{}");
        client.get("h", base::Deadline::after(base::Millis{0}));
        mint(client);
    }
    EXPECT_TRUE(states_.empty());
}

TEST_F(OpenRouterOutageTest, ACallThatHadNoTimeSaysNothingOfTheUpstream) {
    auto client = make(true);
    for (int i = 0; i < 10; ++i) {
        http_.fail(TransferStatus::unknown);
        client.get("h", base::Deadline::after(base::Millis{5}));
    }
    EXPECT_TRUE(states_.empty());
}

TEST_F(OpenRouterOutageTest, RetriesEndWithTheBudget) {
    auto client = make(true);
    // Every call is put off once, and would succeed at its second try.
    int succeeded = 0;
    for (int i = 0; i < 20; ++i) {
        http_.answer(429, "{}");
        http_.answer(200, key_body);
        const auto before = http_.requests.size();
        succeeded += client.get("h", soon()) ? 1 : 0;
        if (http_.requests.size() == before + 1) (void)client.get("h", soon());  // uses up the second answer
    }
    EXPECT_GE(succeeded, 10);
    EXPECT_LT(succeeded, 18) << "hardly a call was not tried again";
    EXPECT_TRUE(states_.empty()) << "it was the budget, not the circuit";
}

TEST_F(OpenRouterOutageTest, A503ThatNamesATimeIsNotTriedBeforeIt) {
    auto client = make(true);
    http_.answer(503, "down", {{"Retry-After", "60"}});
    const auto key = client.get("h", soon());
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code, base::Errc::upstream_down);
    EXPECT_EQ(key.error().retry_after, base::Seconds{60});
    EXPECT_EQ(http_.requests.size(), 1u);
}

TEST_F(OpenRouterOutageTest, TriesEndOnceTheCircuitIsOpen) {
    auto client = make(true);
    for (int i = 0; i < 4; ++i) {
        answer_down();
        EXPECT_FALSE(client.get("h", soon()));
    }
    http_.answer(500, "");
    http_.answer(200, key_body);
    EXPECT_FALSE(client.get("h", soon()));
    EXPECT_EQ(http_.requests.size(), 5u);
}

TEST_F(OpenRouterOutageTest, AListThatIsPausedHoldsUpNoRevocation) {
    auto client = make(true);
    http_.answer(429, "{}", {{"Retry-After", "3600"}});
    const auto page = client.list(nullptr, soon());
    ASSERT_FALSE(page);
    EXPECT_EQ(page.error().code, base::Errc::rate_limited);
    EXPECT_LE(page.error().retry_after, std::chrono::minutes{5}) << "nobody waits for an hour";
    http_.answer(200, key_body);
    EXPECT_TRUE(client.update("h", {true, std::nullopt}, soon()));
    http_.answer(200, "{}");
    EXPECT_TRUE(client.revoke("h", soon()));
    EXPECT_EQ(http_.requests.size(), 3u);
}

TEST_F(OpenRouterOutageTest, A429WithoutATimeCutsNoPauseShort) {
    auto client = make(true);
    const auto background = client.in_background();
    http_.answer(429, "{}", {{"Retry-After", "60"}});
    EXPECT_FALSE(client.get("h", soon()));
    http_.answer(429, "{}");
    EXPECT_FALSE(client.get("h", base::Deadline::after(base::Millis{0}))) << "by hand it is asked all the same";
    const auto sent = http_.requests.size();
    http_.answer(200, key_body);
    EXPECT_FALSE(background->get("h", soon())) << "the pause is still in force";
    EXPECT_EQ(http_.requests.size(), sent);
    EXPECT_EQ(counted_["get paused"], 1);
}

TEST_F(OpenRouterOutageTest, WhatIsDoneByHandIsTriedOnceInSpiteOfAPause) {
    auto client = make(true);
    const auto background = client.in_background();
    http_.answer(429, "{}", {{"Retry-After", "3600"}});
    EXPECT_FALSE(background->revoke("h", soon()));
    const auto held = background->revoke("h", soon());
    ASSERT_FALSE(held);
    EXPECT_EQ(held.error().code, base::Errc::rate_limited);
    EXPECT_GT(held.error().retry_after, base::Seconds{50});
    EXPECT_LE(held.error().retry_after, std::chrono::minutes{1}) << "ending keys is not put off for longer";
    EXPECT_EQ(http_.requests.size(), 1u);
    http_.answer(429, "{}", {{"Retry-After", "3600"}});
    EXPECT_FALSE(client.revoke("h", soon()));
    EXPECT_EQ(http_.requests.size(), 2u) << "once, and not again and again";
    http_.answer(200, "{}");
    EXPECT_TRUE(client.revoke("h", soon()));
    EXPECT_EQ(paused_, (std::vector<std::string>{"revoke"})) << "told once";
}

}  // namespace
}  // namespace llmapikey
