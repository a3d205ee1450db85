#include "providers/openrouter/openrouter_chat.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "base/encoding.hpp"
#include "providers/openrouter/openrouter_chat_wire.hpp"
#include "support/scripted_http_client.hpp"

namespace llmapikey {
namespace {

class Listener final : public ChatListener {
public:
    bool take(std::string_view text) override {
        pieces.emplace_back(text);
        return pieces.size() < most;
    }
    bool is_wanted() const override { return pieces.size() < most; }
    std::string text() const {
        std::string all;
        for (const auto& piece : pieces)
            all += piece;
        return all;
    }

    std::vector<std::string> pieces;
    std::size_t most = 1000;
};

class ChatClientTest : public testing::Test {
protected:
    tl::expected<ChatEnd, ChatFailure> ask() {
        return client_.ask(base::Secret("sk-or-v1-raw"), {"some/model", "Say \"hello\"."}, listener_,
                           base::Deadline::after(base::Millis{5000}));
    }
    ChatFailure failure() {
        const auto asked = ask();
        EXPECT_FALSE(asked);
        if (asked) return {};
        EXPECT_EQ(asked.error().detail.find("owner"), std::string::npos) << asked.error().detail;
        return asked.error();
    }
    ChatCause cause() { return failure().cause; }
    ChatCause cause_of(int status, const std::string& error, std::vector<net::Header> headers = {}) {
        http_.answer(status, "{\"error\":" + error + ",\"user_id\":\"owner\"}", std::move(headers));
        return cause();
    }
    ChatEnd end_of(const std::string& events) {
        http_.answer(200, events);
        return ask().value();
    }
    static std::string piece(const std::string& text) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"" + text +
               "\"},\"finish_reason\":null}]}\n\n";
    }

    test::ScriptedHttpClient http_;
    Listener listener_;
    OpenRouterChat client_{{"https://router.example/api/v1"}, http_};
};

constexpr const char* end_of_answer =
    "data: {\"choices\":[{\"delta\":{\"content\":\"\"},\"finish_reason\":\"stop\"}],\"usage\":{\"cost\":1}}\n\n"
    "data: [DONE]\n\n";

TEST_F(ChatClientTest, AsksOnceWithTheKeyAndACap) {
    http_.answer(200, ": OPENROUTER PROCESSING\n\n" + piece("Hel") + piece("lo") + end_of_answer);
    ASSERT_TRUE(ask());
    EXPECT_EQ(listener_.pieces, (std::vector<std::string>{"Hel", "lo"}));
    ASSERT_EQ(http_.requests.size(), 1u);
    const net::ClientRequest& sent = http_.requests[0];
    EXPECT_EQ(sent.method + " " + sent.url, "POST https://router.example/api/v1/chat/completions");
    EXPECT_EQ(sent.headers[0].value, "Bearer sk-or-v1-raw");
    EXPECT_EQ(boost::json::parse(sent.body),
              boost::json::parse(R"({"model":"some/model","messages":[{"role":"user","content":"Say \"hello\"."}],
                                     "stream":true,"max_tokens":300})"));
}

TEST_F(ChatClientTest, TellsRefusalsApartWithoutPassingTheirBodiesOn) {
    const std::pair<int, ChatCause> cases[] = {
        {400, ChatCause::not_accepted},  {401, ChatCause::key_not_accepted}, {402, ChatCause::no_credits},
        {403, ChatCause::forbidden},     {404, ChatCause::unknown_model},    {408, ChatCause::upstream_down},
        {422, ChatCause::not_accepted},  {429, ChatCause::rate_limited},     {302, ChatCause::misconfigured},
        {500, ChatCause::upstream_down}, {502, ChatCause::upstream_down},    {529, ChatCause::upstream_down}};
    for (const auto& [status, expected] : cases) {
        EXPECT_EQ(cause_of(status, R"({"message":"owner"})"), expected) << status;
        http_.answer(status, "<html>owner</html>");
        EXPECT_EQ(cause(), expected) << status;
    }
    EXPECT_TRUE(listener_.pieces.empty());
    http_.answer(429, "", {{"Retry-After", "7"}});
    EXPECT_EQ(failure().retry_after, base::Seconds{7});
    http_.answer(403, std::string(100'000, 'x'));
    EXPECT_EQ(cause(), ChatCause::forbidden);
}

// Shapes as OpenRouter gives them since October 2026.
TEST_F(ChatClientTest, ARefusalThatNamesItsLimitIsTakenAtItsWord) {
    const auto by = [&](int status, const std::string& metadata) {
        return cause_of(status, R"({"code":403,"message":"owner","metadata":)" + metadata + "}");
    };
    EXPECT_EQ(by(403, R"({"limit_source":"openrouter_key_limit"})"), ChatCause::key_limit);
    EXPECT_EQ(by(403, R"({"limit_source":"openrouter_workspace_budget"})"), ChatCause::workspace_budget);
    EXPECT_EQ(by(402, R"({"limit_source":"openrouter_guardrail_budget"})"), ChatCause::guardrail_budget);
    const std::string in_flight = R"({"limit_source":"openrouter_in_flight_budget","error_type":)";
    EXPECT_EQ(by(402, in_flight + R"("in_flight_budget_exhausted"})"), ChatCause::in_flight_budget);
    EXPECT_EQ(by(402, in_flight + R"("weight_exceeds_budget"})"), ChatCause::request_too_heavy);

    http_.answer(403, R"({"error":{"code":403,"message":"owner","metadata":{"limit_source":"openrouter_key_limit",
        "scope":"api_key","limit_usd":10,"spend_usd":10.25,"resets_at":"2026-11-29T00:00:00Z"}}})");
    const auto spent = failure();
    EXPECT_EQ(spent.limit->value, 10'000'000);
    EXPECT_EQ(spent.spent->value, 10'250'000);
    EXPECT_EQ(spent.resets_at, base::parse_rfc3339("2026-11-29T00:00:00Z"));
}

// Words as documents and reports have them.
TEST_F(ChatClientTest, OfAnOlderRefusalTheWordsTellTheCause) {
    const auto said = [&](int status, const std::string& message, std::vector<net::Header> headers = {}) {
        return cause_of(status, R"({"code":1,"message":")" + message + R"(","metadata":null})", std::move(headers));
    };
    EXPECT_EQ(said(402, "Insufficient credits. Add more using https://openrouter.ai/credits"), ChatCause::no_credits);
    const std::string dear =
        "This request requires more credits, or fewer max_tokens. You requested up to 300 tokens, "
        "but can only afford 12. To increase, ";
    EXPECT_EQ(said(402, dear + "create a key with a higher daily limit"), ChatCause::answer_too_dear);
    EXPECT_EQ(said(402, dear + "visit https://openrouter.ai/credits and add more credits"), ChatCause::credits_too_low);
    EXPECT_EQ(said(402, "", {{"Retry-After", "3"}}), ChatCause::in_flight_budget);
    EXPECT_EQ(said(402, "Exceeds your in-flight spending budget", {{"Retry-After", "3"}}), ChatCause::in_flight_budget);
    EXPECT_EQ(said(402, "Exceeds your in-flight spending budget"), ChatCause::request_too_heavy);
    EXPECT_EQ(said(402, "Guardrail budget exceeded"), ChatCause::guardrail_budget);
    EXPECT_EQ(said(403, "Key limit exceeded (daily limit). Manage it using https://openrouter.ai/settings/keys"),
              ChatCause::key_limit);
    EXPECT_EQ(said(403, "Workspace budget exceeded (monthly)"), ChatCause::workspace_budget);
    EXPECT_EQ(said(403, "openai/gpt-4o requires moderation and your input was flagged"), ChatCause::moderation);
    EXPECT_EQ(cause_of(403, R"({"message":"owner","metadata":{"reasons":["violence"],"flagged_input":"owner"}})"),
              ChatCause::moderation);
    EXPECT_EQ(said(403, "Model x is not allowed by guardrail y"), ChatCause::model_not_allowed);
    EXPECT_EQ(said(404, "No endpoints found matching your data policy"), ChatCause::model_not_allowed);
    EXPECT_EQ(said(400, "x/y is not a valid model ID"), ChatCause::unknown_model);
}

TEST_F(ChatClientTest, AnAnswerSaysHowItEnded) {
    const auto ended = [](const std::string& reason, const std::string& delta = R"({"content":""})") {
        return "data: {\"choices\":[{\"delta\":" + delta + ",\"finish_reason\":\"" + reason +
               "\"}]}\n\ndata: [DONE]\n\n";
    };
    EXPECT_EQ(end_of(ended("length")).reason, ChatEnd::Reason::length);
    EXPECT_FALSE(end_of(ended("length")).has_text);
    EXPECT_TRUE(end_of(piece("x") + ended("length")).has_text);
    EXPECT_EQ(end_of(ended("content_filter")).reason, ChatEnd::Reason::content_filter);
    EXPECT_EQ(end_of(ended("stop")).reason, ChatEnd::Reason::stop);
    const auto refused = end_of(ended("stop", R"({"content":null,"refusal":"I will not."})"));
    EXPECT_EQ(refused.reason, ChatEnd::Reason::refusal);
    EXPECT_EQ(refused.refusal, "I will not.");
}

TEST_F(ChatClientTest, AnErrorAfterTheFirstWordsIsAFailureAfterThem) {
    const std::pair<const char*, ChatCause> cases[] = {
        {R"({"error":{"code":402,"message":"owner"},"choices":[{"delta":{"content":""},"finish_reason":"error"}]})",
         ChatCause::no_credits},
        {R"x({"error":{"code":403,"message":"Key limit exceeded (daily limit)"}})x", ChatCause::key_limit},
        {R"({"error":{"code":"429","message":"owner"}})", ChatCause::rate_limited},
        {R"({"error":{"http_status":404,"error_type":"x"}})", ChatCause::unknown_model},
        {R"({"error":"owner"})", ChatCause::upstream_down},
        {R"({"choices":[{"error":{"code":502}}]})", ChatCause::upstream_down},
        {R"({"choices":[{"delta":{},"finish_reason":"error"}]})", ChatCause::upstream_down},
        {R"({"choices":)", ChatCause::upstream_down}};
    for (const auto& [event, expected] : cases) {
        listener_.pieces.clear();
        http_.answer(200, piece("so far") + "data: " + event + "\n\ndata: [DONE]\n\n");
        EXPECT_EQ(cause(), expected) << event;
        EXPECT_EQ(listener_.text(), "so far");
    }
}

TEST_F(ChatClientTest, AnAnswerWithoutAnEndHasBrokenOff) {
    http_.answer(200, piece("so far"));
    EXPECT_EQ(cause(), ChatCause::upstream_down);
    http_.answer(200, "<html>owner</html>");
    EXPECT_EQ(cause(), ChatCause::upstream_down);
    http_.fail(net::TransferStatus::not_sent);
    EXPECT_EQ(cause(), ChatCause::upstream_down);
    http_.fail(net::TransferStatus::unknown);
    EXPECT_EQ(cause(), ChatCause::upstream_down);
    http_.answer(200, "data: " + std::string(300 * 1024, 'x'));
    EXPECT_EQ(cause(), ChatCause::upstream_down);
}

TEST_F(ChatClientTest, StopsWhenTheListenerHasHeardEnough) {
    http_.answer(200, piece("a") + piece("b") + piece("c") + end_of_answer);
    listener_.most = 2;
    EXPECT_TRUE(ask());
    EXPECT_EQ(listener_.text(), "ab");
}

TEST_F(ChatClientTest, PassesOverWhatIsNoText) {
    http_.answer(
        200, "data: {\"choices\":[]}\n\ndata: {\"choices\":[{\"delta\":{\"content\":null,\"reasoning\":\"hm\"}}]}\n\n" +
                 piece("x") + end_of_answer);
    EXPECT_TRUE(ask());
    EXPECT_EQ(listener_.pieces, std::vector<std::string>{"x"});
}

// Some servers stream nothing, whatever they are asked for.
TEST_F(ChatClientTest, AnAnswerInOnePieceIsRead) {
    const std::vector<net::Header> json{{"Content-Type", "application/json; charset=utf-8"}};
    http_.answer(200, R"({"choices":[{"message":{"role":"assistant","content":"hello"},"finish_reason":"length"}]})",
                 json);
    const auto asked = ask();
    ASSERT_TRUE(asked) << asked.error().detail;
    EXPECT_EQ(listener_.text(), "hello");
    EXPECT_EQ(asked->reason, ChatEnd::Reason::length);
    EXPECT_TRUE(asked->has_text);
    http_.answer(200, R"({"error":{"code":402,"message":"x","metadata":{"limit_source":"openrouter_key_limit"}}})",
                 json);
    EXPECT_EQ(cause(), ChatCause::key_limit);
    for (const char* body : {"", "[]", "{}", "{\"choices\":[]}", "hello"}) {
        http_.answer(200, body, json);
        EXPECT_EQ(cause(), ChatCause::upstream_down) << body;
    }
}

TEST_F(ChatClientTest, OfALimitThatNobodyKnowsOnlyThatIsSaid) {
    for (const int status : {402, 403})
        EXPECT_EQ(cause_of(status, R"({"message":"Insufficient","metadata":{"limit_source":"openrouter_moon_phase"}})"),
                  ChatCause::unknown_limit);
    EXPECT_EQ(cause_of(402, R"({"message":"Insufficient credits"})"), ChatCause::no_credits);
}

TEST_F(ChatClientTest, AmountsThatNobodyHasAreNotShown) {
    for (const char* amount : {"1e308", "-1", "1e12"}) {
        http_.answer(403, R"({"error":{"metadata":{"limit_source":"openrouter_key_limit","limit_usd":)" +
                              std::string(amount) + "}}}");
        EXPECT_FALSE(failure().limit) << amount;
    }
}

}  // namespace
}  // namespace llmapikey
