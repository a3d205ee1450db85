// What becomes of connections when the server is told to stop.
#include <gtest/gtest.h>

#include <future>
#include <thread>
#include <vector>

#include "net/http_server.hpp"
#include "support/greeter.hpp"
#include "support/tcp_client.hpp"

namespace llmapikey::net {
namespace {

using test::Greeter;
using test::TcpClient;

constexpr base::Millis patience{20'000};
const std::string whole = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

class DrainingTest : public testing::Test {
protected:
    DrainingTest() { options_.listen = {"127.0.0.1", 0}; }
    void TearDown() override { queue_.stop(); }
    void serve() {
        server_.emplace(options_, greeter_, ServerQueues{queue_, queue_, queue_, queue_, queue_});
        ASSERT_TRUE(server_->start());
    }
    std::unique_ptr<TcpClient> come(const std::string& request) {
        return std::make_unique<TcpClient>(server_->port(), request);
    }
    std::vector<std::unique_ptr<TcpClient>> come_in_silence(std::uint64_t count) {
        std::vector<std::unique_ptr<TcpClient>> all;
        for (std::uint64_t i = 0; i < count; ++i)
            all.push_back(come(""));
        const auto deadline = base::Deadline::after(patience);
        while (server_->connections().open < count && !deadline.has_passed())
            std::this_thread::yield();
        EXPECT_EQ(server_->connections().open, count);
        return all;
    }
    // Returns once nobody else is let in.
    void begin_to_stop() {
        stopped_ = std::async(std::launch::async, [this] { server_->stop(patience); });
        const auto deadline = base::Deadline::after(patience);
        try {
            while (!deadline.has_passed())
                come("");
            ADD_FAILURE() << "it still lets people in";
        } catch (const std::runtime_error&) {
        }
    }

    HttpServerOptions options_;
    Greeter greeter_{Executor::io};  // /held holds up the I/O thread itself
    base::WorkQueue queue_{"test", 4, 64};
    std::optional<HttpServer> server_;
    std::future<void> stopped_;
};

TEST_F(DrainingTest, WhoHasConnectedAndSaidNothingYetIsStillAnswered) {
    options_.newcomer_grace = patience;
    serve();
    const auto newcomers = come_in_silence(20);
    begin_to_stop();
    for (const auto& each : newcomers)
        each->say(whole);
    for (const auto& each : newcomers) {
        const std::string answer = each->to_end();
        EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 ")) << answer;
        EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
        EXPECT_TRUE(answer.ends_with("hello")) << answer;
    }
    stopped_.get();
}

TEST_F(DrainingTest, WhoGoesOnSayingNothingDoesNotHoldUpTheEnd) {
    options_.newcomer_grace = base::Millis{200};
    options_.header_timeout = 4 * patience;
    serve();
    const auto silent = come_in_silence(3);
    const auto begun = std::chrono::steady_clock::now();
    begin_to_stop();
    for (const auto& each : silent)
        EXPECT_EQ(each->to_end(), "");
    stopped_.get();
    EXPECT_LT(std::chrono::steady_clock::now() - begun, patience / 2);
}

TEST_F(DrainingTest, TheGraceEndsWithTheTimeThatThereIs) {
    options_.newcomer_grace = patience;
    serve();
    const auto silent = come_in_silence(3);
    const auto begun = std::chrono::steady_clock::now();
    server_->stop(base::Millis{0});
    EXPECT_LT(std::chrono::steady_clock::now() - begun, patience / 2);
}

TEST_F(DrainingTest, AnIdleConnectionIsClosedUnlessARequestHasArrivedOnIt) {
    serve();
    const auto idle = come(whole), next = come(whole);
    idle->until("hello");
    next->until("hello");
    const auto held = come("GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(greeter_.has_begun.try_acquire_for(patience));
    next->say("GET /again HTTP/1.1\r\nHost: x\r\n\r\n");  // arrives where nobody reads just now
    std::binary_semaphore is_about_to_stop{0};
    stopped_ = std::async(std::launch::async, [&] {
        is_about_to_stop.release();
        server_->stop(patience);
    });
    ASSERT_TRUE(is_about_to_stop.try_acquire_for(patience));
    // There is no further sign of it while the thread that would give one is held up.
    std::this_thread::sleep_for(base::Millis{1000});
    greeter_.may_go_on.release();
    EXPECT_TRUE(idle->to_end().ends_with("hello"));
    const std::string answers = next->to_end();
    EXPECT_NE(answers.find("Connection: close\r\n"), std::string::npos) << answers;
    EXPECT_TRUE(held->to_end().ends_with("hello"));
    stopped_.get();
}

}  // namespace
}  // namespace llmapikey::net
