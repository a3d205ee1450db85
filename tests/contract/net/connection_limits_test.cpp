// How many connections there may be, of one client and in all; who goes when there are too many;
// what bodies may take.
#include <gtest/gtest.h>

#include <vector>

#include "net/connection_limits.hpp"
#include "net/http_server.hpp"
#include "support/greeter.hpp"
#include "support/tcp_client.hpp"

namespace llmapikey::net {
namespace {

using test::Greeter;
using test::TcpClient;
using Clients = std::vector<std::unique_ptr<TcpClient>>;

constexpr base::Millis patience{20'000};
const std::string whole = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
const std::string whole_and_last = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

class ConnectionLimitsTest : public testing::Test {
protected:
    ConnectionLimitsTest() { options_.listen = {"127.0.0.1", 0}; }
    void TearDown() override {
        if (server_) server_->stop(base::Millis{0});
        queue_.stop();
    }
    void serve() {
        server_.emplace(options_, greeter_, ServerQueues{queue_, queue_, queue_, queue_, queue_});
        ASSERT_TRUE(server_->start());
    }
    std::unique_ptr<TcpClient> come(const std::string& request, const std::string& from = "127.0.0.1") {
        return std::make_unique<TcpClient>(server_->port(), request, TcpClient::Options{from, 0});
    }
    // Who come one after the other: each is connected when the next one comes, and let in before a
    // later one is.
    Clients come(int count, const std::string& request) {
        Clients all;
        for (int i = 0; i < count; ++i)
            all.push_back(come(request));
        return all;
    }
    bool is_served(const std::string& from = "127.0.0.1") {
        return come(whole_and_last, from)->to_end().ends_with("hello");
    }

    HttpServerOptions options_;
    Greeter greeter_{Executor::lasting};
    base::WorkQueue queue_{"test", 4, 64};
    std::optional<HttpServer> server_;
};

TEST_F(ConnectionLimitsTest, AClientHasSoManyAndOthersAreServedBesideIt) {
    options_.max_client_connections = 3;
    serve();
    Clients kept = come(3, whole);
    for (const auto& each : kept)
        each->until("hello");
    EXPECT_EQ(come(whole)->to_end(), "");
    EXPECT_EQ(server_->connections().refused_of_client, 1U);
    EXPECT_TRUE(is_served("127.0.0.2"));
    for (const auto& each : kept)
        EXPECT_TRUE(each->is_silent());
    kept.pop_back();
    // That one has gone is learned when its end arrives.
    const auto deadline = base::Deadline::after(patience);
    bool is_in = false;
    while (!is_in && !deadline.has_passed())
        is_in = is_served();
    EXPECT_TRUE(is_in);
}

TEST_F(ConnectionLimitsTest, AProxyHasAsManyAsItNeeds) {
    options_.max_client_connections = 3;
    options_.is_proxy = [](std::string_view peer) { return peer == "127.0.0.1"; };
    serve();
    const Clients kept = come(10, whole);
    for (const auto& each : kept)
        EXPECT_TRUE(each->until("hello").ends_with("hello"));
}

TEST_F(ConnectionLimitsTest, ForOneMoreTheLongestSilentStrangerGoes) {
    options_.connections_max = 4;
    serve();
    const auto regular = come(whole);
    regular->until("hello");
    const auto first = come(""), second = come("GET / HT"), third = come("");
    const auto fifth = come(whole);
    fifth->until("hello");
    EXPECT_EQ(first->to_end(), "");
    EXPECT_TRUE(second->is_silent());
    const auto sixth = come(whole);
    sixth->until("hello");
    EXPECT_EQ(second->to_end(), "");
    EXPECT_TRUE(third->is_silent());
    EXPECT_TRUE(regular->is_silent()) << "who has asked before is worth more";
    const ConnectionStatistics figures = server_->connections();
    EXPECT_EQ(figures.displaced, 2U);
    EXPECT_EQ(figures.open, 4U);
    EXPECT_EQ(figures.limit, 4U);
    EXPECT_EQ(figures.refused_in_all, 0U) << "who has another's place was not refused";
}

TEST_F(ConnectionLimitsTest, WithoutStrangersTheLongestIdleGoes) {
    options_.connections_max = 2;
    serve();
    const auto first = come(whole);
    first->until("hello");
    const auto second = come(whole);
    second->until("hello");
    const auto third = come(whole);
    third->until("hello");
    EXPECT_TRUE(first->to_end().ends_with("hello"));
    EXPECT_TRUE(second->is_silent());
}

TEST_F(ConnectionLimitsTest, WhoIsBeingAnsweredIsNotClosedForAnother) {
    options_.connections_max = 2;
    serve();
    const Clients busy = come(2, "GET /held HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    for (int i = 0; i < 2; ++i)
        ASSERT_TRUE(greeter_.has_begun.try_acquire_for(patience));
    EXPECT_EQ(come(whole)->to_end(), "");
    EXPECT_EQ(server_->connections().refused_in_all, 1U);
    EXPECT_EQ(server_->connections().displaced, 0U);
    greeter_.may_go_on.release(2);
    for (const auto& each : busy)
        EXPECT_TRUE(each->to_end().ends_with("hello"));
}

TEST_F(ConnectionLimitsTest, WhoSaysNothingOrNotAllIsCutOff) {
    options_.header_timeout = base::Millis{1000};
    serve();
    const auto silent = come(""), slow = come("GET / HTTP/1.1\r\nHos"), regular = come(whole);
    EXPECT_EQ(silent->to_end(), "");
    EXPECT_TRUE(slow->to_end().starts_with("HTTP/1.1 408 "));
    EXPECT_TRUE(regular->until("hello").ends_with("hello"));
    EXPECT_TRUE(regular->is_silent()) << "between requests there is more time";
}

TEST_F(ConnectionLimitsTest, AFlowOfBytesThatNeverEndsIsCutOffToo) {
    options_.header_timeout = base::Millis{300};
    options_.body_timeout = base::Millis{300};
    serve();
    for (const std::string begin :
         {"GET / HTTP/1.1\r\nX: ", "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n"}) {
        const auto client = come(begin);
        const auto deadline = base::Deadline::after(patience);
        while (client->is_silent() && !deadline.has_passed()) {
            client->say("x");
            std::this_thread::sleep_for(base::Millis{5});
        }
        EXPECT_TRUE(client->to_end().starts_with("HTTP/1.1 408 ")) << begin;
    }
}

TEST_F(ConnectionLimitsTest, BodiesTakeNoMoreThanTheirShareOfMemory) {
    options_.bodies_bytes_max = 100;
    serve();
    const std::string head =
        "POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: ";
    const auto first = come(head + "80\r\n\r\n");
    first->until("100 Continue\r\n\r\n");
    EXPECT_TRUE(come(head + "21\r\n\r\n")->to_end().starts_with("HTTP/1.1 503 "));
    const auto small = come(head + "20\r\n\r\n");
    small->until("100 Continue\r\n\r\n");
    const std::string chunked = "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n";
    EXPECT_TRUE(come(chunked)->to_end().starts_with("HTTP/1.1 503 "))
        << "its length is not known: it could be the longest";
    for (const auto& [client, size] : {std::pair{&first, 80}, {&small, 20}}) {
        (*client)->say(std::string(static_cast<std::size_t>(size), 'x'));
        EXPECT_TRUE((*client)->to_end().ends_with("hello"));
    }
    const auto last = come(head + "100\r\n\r\n");
    EXPECT_TRUE(last->until("\r\n\r\n").starts_with("HTTP/1.1 100 "));
}

TEST(ClientOf, AnAddressOfIpv4AndANetworkOfIpv6) {
    const auto client = [](const char* text) { return client_of(boost::asio::ip::make_address(text)); };
    EXPECT_EQ(client("192.0.2.1"), client("::ffff:192.0.2.1"));
    EXPECT_NE(client("192.0.2.1"), client("192.0.2.2"));
    EXPECT_NE(client("::ffff:192.0.2.1"), client("::ffff:192.0.2.2"));
    EXPECT_EQ(client("2001:db8:1:2::1"), client("2001:db8:1:2:ffff::2"));
    EXPECT_NE(client("2001:db8:1:2::1"), client("2001:db8:1:3::1"));
}

}  // namespace
}  // namespace llmapikey::net
