#include "upstream/chat_client.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include "support/scripted_http_client.hpp"
#include "upstream/chat_wire.hpp"

namespace llmapikey::upstream {
namespace {

using base::Errc;

class Listener final : public service::ChatListener {
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
    base::Result<void> ask() {
        return client_.ask(base::Secret("sk-or-v1-raw"), {"some/model", "Say \"hello\"."}, listener_,
                           base::Deadline::after(base::Millis{5000}));
    }
    Errc failure() {
        const auto asked = ask();
        EXPECT_FALSE(asked);
        if (asked) return Errc::internal;
        EXPECT_EQ(asked.error().detail.find("owner"), std::string::npos) << asked.error().detail;
        return asked.error().code;
    }
    static std::string piece(const std::string& text) {
        return "data: {\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"" + text +
               "\"},\"finish_reason\":null}]}\n\n";
    }

    test::ScriptedHttpClient http_;
    Listener listener_;
    ChatClient client_{{"https://router.example/api/v1"}, http_};
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
    const std::pair<int, Errc> cases[] = {
        {400, Errc::invalid_input}, {401, Errc::unauthenticated}, {402, Errc::forbidden},
        {403, Errc::forbidden},     {404, Errc::not_found},       {408, Errc::upstream_down},
        {422, Errc::invalid_input}, {429, Errc::rate_limited},    {302, Errc::misconfigured},
        {500, Errc::upstream_down}, {502, Errc::upstream_down},   {529, Errc::upstream_down}};
    for (const auto& [status, expected] : cases) {
        http_.answer(status, R"({"error":{"message":"owner"},"user_id":"owner"})");
        EXPECT_EQ(failure(), expected) << status;
    }
    EXPECT_TRUE(listener_.pieces.empty());
    http_.answer(429, "", {{"Retry-After", "7"}});
    const auto asked = ask();
    ASSERT_FALSE(asked);
    EXPECT_EQ(asked.error().retry_after, base::Seconds{7});
}

TEST_F(ChatClientTest, AnErrorAfterTheFirstWordsIsAFailureAfterThem) {
    const std::pair<const char*, Errc> cases[] = {
        {R"({"error":{"code":402,"message":"owner"},"choices":[{"delta":{"content":""},"finish_reason":"error"}]})",
         Errc::forbidden},
        {R"({"error":{"code":"429","message":"owner"}})", Errc::rate_limited},
        {R"({"error":{"http_status":404,"error_type":"x"}})", Errc::not_found},
        {R"({"error":"owner"})", Errc::upstream_down},
        {R"({"choices":[{"error":{"code":502}}]})", Errc::upstream_down},
        {R"({"choices":[{"delta":{},"finish_reason":"error"}]})", Errc::upstream_down},
        {R"({"choices":)", Errc::upstream_down}};
    for (const auto& [event, expected] : cases) {
        listener_.pieces.clear();
        http_.answer(200, piece("so far") + "data: " + event + "\n\ndata: [DONE]\n\n");
        EXPECT_EQ(failure(), expected) << event;
        EXPECT_EQ(listener_.text(), "so far");
    }
}

TEST_F(ChatClientTest, AnAnswerWithoutAnEndHasBrokenOff) {
    http_.answer(200, piece("so far"));
    EXPECT_EQ(failure(), Errc::upstream_down);
    http_.answer(200, "<html>owner</html>");
    EXPECT_EQ(failure(), Errc::upstream_down);
    http_.fail(net::TransferStatus::not_sent);
    EXPECT_EQ(failure(), Errc::upstream_down);
    http_.fail(net::TransferStatus::unknown);
    EXPECT_EQ(failure(), Errc::upstream_down);
    http_.answer(200, "data: " + std::string(300 * 1024, 'x'));
    EXPECT_EQ(failure(), Errc::upstream_down);
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

}  // namespace
}  // namespace llmapikey::upstream
