// Bodies that are produced while they are sent, over real sockets; and the client that takes them
// piece by piece.
#include <gtest/gtest.h>

#include <atomic>
#include <semaphore>

#include "net/body_stream.hpp"
#include "net/curl_client.hpp"
#include "net/http_server.hpp"
#include "support/tcp_client.hpp"

namespace llmapikey::net {
namespace {

constexpr base::Millis patience{20'000};
const std::string last_request = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

using Client = test::TcpClient;

class Producing final : public HttpHandler {
public:
    Executor executor_for(const Request&) const override { return Executor::lasting; }
    Response handle(const Request&) override {
        Response response;
        response.set("Content-Type", "text/plain");
        response.producer = producer;
        return response;
    }
    Response refuse(const Request&, int status) override {
        Response response;
        response.status = status;
        return response;
    }
    std::optional<ReadyResponse> ready_refusal(const Request&) override {
        if (refusal_head.empty()) return std::nullopt;
        ReadyResponse answer;
        answer.head = refusal_head;
        answer.body = "bu";
        answer.set_own_body("s");
        answer.body_end = "y";
        answer.add_own("X-Own: 1\r\n");
        return answer;
    }
    BodyProducer producer;
    std::string refusal_head;
};

class StreamingTest : public testing::Test {
protected:
    void TearDown() override {
        if (server_) server_->stop(base::Millis{0});
        queue_.stop();
    }
    std::uint16_t serve(BodyProducer producer) {
        handler_.producer = std::move(producer);
        options_.listen = {"127.0.0.1", 0};
        server_.emplace(options_, handler_, ServerQueues{queue_, queue_, queue_, queue_, queue_});
        const auto started = server_->start();
        EXPECT_TRUE(started);
        return server_->port();
    }
    static std::string request(const std::string& method = "GET", const std::string& version = "1.1") {
        return method + " / HTTP/" + version + "\r\nHost: x\r\n\r\n";
    }
    // Writes until nobody reads any more, without a pause.
    BodyProducer endless() {
        return [this](BodyWriter& writer) {
            while (writer.write(std::string(1000, 'x'))) {
            }
            has_learned_.release();
            return BodyEnd::broken;
        };
    }
    // Writes once, and then asks whether it is wanted.
    BodyProducer silent() {
        return [this](BodyWriter& writer) {
            EXPECT_TRUE(writer.write("first"));
            while (writer.is_wanted())
                std::this_thread::yield();
            has_learned_.release();
            return BodyEnd::broken;
        };
    }

    HttpServerOptions options_;
    Producing handler_;
    base::WorkQueue queue_{"test", 4, 64};
    std::optional<HttpServer> server_;
    std::counting_semaphore<> has_learned_{0};
};

TEST_F(StreamingTest, PiecesArriveBeforeTheEndAndTheConnectionIsKept) {
    std::binary_semaphore go_on{0};
    Client client(serve([&](BodyWriter& writer) {
                      EXPECT_TRUE(writer.write("one"));
                      EXPECT_TRUE(go_on.try_acquire_for(patience));
                      EXPECT_TRUE(writer.write("two"));
                      return BodyEnd::whole;
                  }),
                  request() + last_request);
    const std::string early = client.until("3\r\none\r\n");
    EXPECT_NE(early.find("Transfer-Encoding: chunked\r\n"), std::string::npos);
    EXPECT_EQ(early.find("two"), std::string::npos);
    go_on.release();
    client.until("3\r\ntwo\r\n0\r\n\r\nHTTP/1.1 200");
    go_on.release();
    EXPECT_TRUE(client.to_end().ends_with("two\r\n0\r\n\r\n"));
}

TEST_F(StreamingTest, ABodyOfAnySizeArrivesWhole) {
    std::string sent;
    for (int i = 0; i < 200'000; ++i)
        sent += std::to_string(i) + " ";
    const auto port = serve([&](BodyWriter& writer) { return writer.write(sent) ? BodyEnd::whole : BodyEnd::broken; });
    Client client(port, request("GET", "1.0"));
    const std::string& received = client.to_end();
    EXPECT_EQ(received.find("chunked"), std::string::npos) << "HTTP/1.0 knows no chunks";
    EXPECT_EQ(received.substr(received.find("\r\n\r\n") + 4), sent);
}

TEST_F(StreamingTest, HeadStartsNothing) {
    std::atomic<int> starts{0};
    const auto port = serve([&](BodyWriter&) {
        ++starts;
        return BodyEnd::whole;
    });
    Client client(port, "HEAD / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(client.to_end().ends_with("\r\n\r\n"));
    EXPECT_EQ(starts, 0);
}

TEST_F(StreamingTest, AWriterThatFailsLeavesABodyWithoutItsEnd) {
    const auto port = serve([](BodyWriter& writer) -> BodyEnd {
        if (writer.write("half")) throw std::runtime_error("on purpose");
        return BodyEnd::whole;
    });
    Client client(port, request());
    EXPECT_TRUE(client.to_end().ends_with("4\r\nhalf\r\n"));
}

TEST_F(StreamingTest, ASilentWriterLearnsThatTheClientHasGone) {
    Client client(serve(silent()), request());
    client.until("first");
    client.leave();
    EXPECT_TRUE(has_learned_.try_acquire_for(patience));
}

TEST_F(StreamingTest, ABusyWriterLearnsThatTheClientHasGone) {
    Client client(serve(endless()), request());
    client.until("xxx");
    client.leave();
    EXPECT_TRUE(has_learned_.try_acquire_for(patience));
}

TEST_F(StreamingTest, AClientThatDoesNotReadIsLeftAfterTheDeadlineForWrites) {
    options_.write_timeout = base::Millis{200};
    Client client(serve(endless()), request(), {"127.0.0.1", 4096});
    EXPECT_TRUE(has_learned_.try_acquire_for(patience));
}

TEST_F(StreamingTest, AWriterThatIsSilentForTooLongIsLeft) {
    options_.stream_idle_timeout = base::Millis{1000};
    Client client(serve(silent()), request());
    EXPECT_TRUE(client.to_end().ends_with("5\r\nfirst\r\n"));
    EXPECT_TRUE(has_learned_.try_acquire_for(patience));
}

TEST_F(StreamingTest, NoBodyTakesLongerThanItMay) {
    options_.stream_timeout = base::Millis{200};
    Client client(serve(endless()), request());
    EXPECT_FALSE(client.to_end().ends_with("0\r\n\r\n"));
    EXPECT_TRUE(has_learned_.try_acquire_for(patience));
}

TEST_F(StreamingTest, StoppingTheServerEndsWhatIsUnderWayAfterTheGrace) {
    Client client(serve(silent()), request());
    client.until("first");
    server_->stop(base::Millis{50});
    EXPECT_TRUE(has_learned_.try_acquire_for(patience));
    EXPECT_FALSE(client.to_end().ends_with("0\r\n\r\n"));
}

TEST_F(StreamingTest, StoppingTheServerLetsABodyEndWithinTheGrace) {
    std::binary_semaphore is_stopping{0};
    Client client(serve([&](BodyWriter& writer) {
                      EXPECT_TRUE(writer.write("one"));
                      EXPECT_TRUE(is_stopping.try_acquire_for(patience));
                      return writer.write("two") ? BodyEnd::whole : BodyEnd::broken;
                  }),
                  request());
    client.until("one");
    std::thread stopping([&] { server_->stop(patience); });
    is_stopping.release();
    EXPECT_TRUE(client.to_end().ends_with("two\r\n0\r\n\r\n"));
    stopping.join();
}

TEST_F(StreamingTest, AFullQueueIsAnsweredWith503) {
    base::WorkQueue stopped{"stopped", 1, 1};
    stopped.stop();
    handler_.producer = [](BodyWriter&) { return BodyEnd::whole; };
    options_.listen = {"127.0.0.1", 0};
    server_.emplace(options_, handler_, ServerQueues{stopped, stopped, stopped, stopped, stopped});
    ASSERT_TRUE(server_->start());
    Client client(server_->port(), last_request);
    EXPECT_TRUE(client.to_end().starts_with("HTTP/1.1 503 "));
}

TEST_F(StreamingTest, AFullQueueIsAnsweredByWhatStandsReadyAndTheConnectionGoesOn) {
    base::WorkQueue stopped{"stopped", 1, 1};
    stopped.stop();
    handler_.refusal_head = "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 4\r\n";
    options_.listen = {"127.0.0.1", 0};
    server_.emplace(options_, handler_, ServerQueues{stopped, stopped, stopped, stopped, stopped});
    ASSERT_TRUE(server_->start());
    Client client(server_->port(), request() + last_request);
    const std::string received = client.to_end();
    EXPECT_TRUE(received.starts_with(handler_.refusal_head + "X-Own: 1\r\n")) << received;
    EXPECT_NE(received.find("\r\n\r\nbusyHTTP/1.1 503 "), std::string::npos) << received;
    EXPECT_TRUE(received.ends_with("\r\nConnection: close\r\n\r\nbusy")) << received;
}

TEST_F(StreamingTest, ManyClientsComeAndGo) {
    const auto port = serve([](BodyWriter& writer) {
        for (int i = 0; i < 50; ++i)
            if (!writer.write("piece")) return BodyEnd::broken;
        return BodyEnd::whole;
    });
    std::vector<std::thread> threads;
    for (int each = 0; each < 4; ++each) {
        threads.emplace_back([port, each] {
            for (int i = 0; i < 40; ++i) {
                Client client(port, last_request);
                if ((i + each) % 3 == 0) continue;  // goes at once
                if ((i + each) % 3 == 1)
                    client.until("piece");
                else
                    EXPECT_TRUE(client.to_end().ends_with("0\r\n\r\n"));
            }
        });
    }
    for (std::thread& thread : threads)
        thread.join();
}

// Keeps what it is given; says stop after so many bytes.
class Sink final : public AnswerSink {
public:
    bool begin(const ClientResponse& head) override {
        EXPECT_TRUE(text.empty());
        status = head.status;
        type = head.header("content-type");
        return status != refused_status;
    }
    bool take(std::string_view piece) override {
        EXPECT_EQ(status, 200);
        text += piece;
        if (on_piece) on_piece();
        return text.size() < most;
    }
    bool is_wanted() const override { return wanted; }

    int status = 0, refused_status = 0;
    std::string type, text;
    std::size_t most = 1'000'000;
    std::atomic<bool> wanted{true};
    std::function<void()> on_piece;
};

class StreamingClientTest : public StreamingTest {
protected:
    ClientResponse receive(std::uint16_t port, StreamLimits limits = {base::Deadline::after(patience)}) {
        ClientRequest request;
        request.method = "POST";
        request.url = "http://127.0.0.1:" + std::to_string(port) + "/";
        request.body = "x";
        return http_->stream(request, sink_, limits);
    }
    std::unique_ptr<HttpClient> http_ = make_curl_client("test");
    Sink sink_;
};

TEST_F(StreamingClientTest, GetsThePiecesAsTheyComeAndTheHeadBefore) {
    std::binary_semaphore go_on{0};
    const auto port = serve([&](BodyWriter& writer) {
        EXPECT_TRUE(writer.write("one"));
        EXPECT_TRUE(go_on.try_acquire_for(patience));
        return writer.write("two") ? BodyEnd::whole : BodyEnd::broken;
    });
    sink_.on_piece = [&] { go_on.release(); };
    const auto response = receive(port);
    EXPECT_EQ(response.transfer, TransferStatus::answered);
    EXPECT_EQ(response.body, "");
    EXPECT_EQ(sink_.type, "text/plain");
    EXPECT_EQ(sink_.text, "onetwo");
}

TEST_F(StreamingClientTest, EndsTheTransferWhenTheSinkHasEnough) {
    sink_.most = 5000;
    const auto response = receive(serve(endless()));
    EXPECT_EQ(response.transfer, TransferStatus::unknown);
    EXPECT_EQ(response.failure, "no more was wanted");
    EXPECT_TRUE(has_learned_.try_acquire_for(patience)) << "and so the other end learns of it";
}

TEST_F(StreamingClientTest, EndsTheTransferWhileNothingComes) {
    sink_.on_piece = [this] { sink_.wanted = false; };
    EXPECT_EQ(receive(serve(silent())).failure, "no more was wanted");
}

TEST_F(StreamingClientTest, ReadsNoBodyAfterAHeadThatIsRefused) {
    sink_.refused_status = 200;
    const auto response = receive(serve(endless()));
    EXPECT_EQ(response.status, 200);
    EXPECT_EQ(sink_.text, "");
}

TEST_F(StreamingClientTest, KeepsItsLimits) {
    const auto port = serve(silent());
    EXPECT_EQ(receive(port, {base::Deadline::after(patience), base::Millis{1000}}).failure,
              "nothing came for too long");
    sink_.text.clear();
    EXPECT_EQ(receive(port, {base::Deadline::after(base::Millis{1000})}).transfer, TransferStatus::unknown);
    sink_.text.clear();
    EXPECT_EQ(receive(port, {base::Deadline::after(patience), patience, 3}).failure,
              "the answer is larger than is taken");
}

TEST_F(StreamingClientTest, ABodyThatBreaksOffIsNoAnswer) {
    const auto port = serve([](BodyWriter& writer) { return writer.write("half") ? BodyEnd::broken : BodyEnd::whole; });
    EXPECT_EQ(receive(port).transfer, TransferStatus::unknown);
    EXPECT_EQ(sink_.text, "half");
}

}  // namespace
}  // namespace llmapikey::net
