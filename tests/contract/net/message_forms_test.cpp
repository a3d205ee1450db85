// What other programs than browsers send: absolute targets, blank lines before a request, HTTP/1.0.
#include <gtest/gtest.h>

#include <optional>

#include "net/http_server.hpp"
#include "support/tcp_client.hpp"

namespace llmapikey::net {
namespace {

using test::TcpClient;

// Says what it has been asked.
class Mirror final : public HttpHandler {
public:
    Executor executor_for(const Request&) const override { return Executor::io; }
    Response handle(const Request& request) override {
        Response response;
        response.body = "path=" + std::string(request.path) + " query=" + std::string(request.query) +
                        " host=" + std::string(request.header("host")) + " body=" + std::string(request.body) + "!";
        return response;
    }
    Response refuse(const Request&, int status) override {
        Response response;
        response.status = status;
        return response;
    }
};

class MessageFormsTest : public testing::Test {
protected:
    MessageFormsTest() { options_.listen = {"127.0.0.1", 0}; }
    void SetUp() override {
        server_.emplace(options_, mirror_, ServerQueues{queue_, queue_, queue_, queue_, queue_});
        ASSERT_TRUE(server_->start());
    }
    void TearDown() override {
        server_->stop(base::Millis{0});
        queue_.stop();
    }
    std::string answer_to(const std::string& bytes) { return TcpClient(server_->port(), bytes).to_end(); }
    static std::string get(const std::string& target, const std::string& host = "Host: x\r\n") {
        return "GET " + target + " HTTP/1.1\r\n" + host + "Connection: close\r\n\r\n";
    }

    HttpServerOptions options_;
    Mirror mirror_;
    base::WorkQueue queue_{"test", 1, 4};
    std::optional<HttpServer> server_;
};

TEST_F(MessageFormsTest, AnAbsoluteTargetIsAPathAtItsOwnHost) {
    EXPECT_TRUE(answer_to(get("http://keys.example.org:8080/a/b?c=d"))
                    .ends_with("path=/a/b query=c=d host=keys.example.org:8080 body=!"));
    EXPECT_TRUE(answer_to(get("HTTPS://x")).ends_with("path=/ query= host=x body=!"));
    EXPECT_TRUE(answer_to(get("http://x/")).ends_with("path=/ query= host=x body=!"));
    EXPECT_TRUE(answer_to("GET http://x/a HTTP/1.0\r\n\r\n").ends_with("path=/a query= host=x body=!"));
}

TEST_F(MessageFormsTest, AnAbsoluteTargetNeedsAHostAndOneHostHeader) {
    for (const std::string target :
         {"http:///a", "http://", "http://user@x/", "http://x:y/", "http:x/", "file:///a", "http//x/", "ftp://x/",
          "http://x?a=b", "http://x#a", "http://a\\b/", "*", "x:443"})
        EXPECT_TRUE(answer_to(get(target)).starts_with("HTTP/1.1 400 ")) << target;
    EXPECT_TRUE(answer_to(get("http://x/", "")).starts_with("HTTP/1.1 400 ")) << "HTTP/1.1 has a Host in any case";
    EXPECT_TRUE(answer_to(get("http://x/", "Host: x\r\nHost: x\r\n")).starts_with("HTTP/1.1 400 "));
}

TEST_F(MessageFormsTest, BlankLinesBeforeARequestAreSkipped) {
    EXPECT_TRUE(answer_to("\r\n\r\n" + get("/a")).ends_with("path=/a query= host=x body=!"));
    // Behind a body, as old clients send one.
    TcpClient client(server_->port(), "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi\r\n");
    client.until("body=hi!");
    client.say(get("/b"));
    EXPECT_TRUE(client.to_end().ends_with("path=/b query= host=x body=!"));
}

TEST_F(MessageFormsTest, ABlankLineMayComeInPieces) {
    TcpClient client(server_->port(), "POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi\r");
    client.until("body=hi!");
    client.say("\n\r");
    client.say("\n" + get("/b"));
    EXPECT_TRUE(client.to_end().ends_with("path=/b query= host=x body=!"));
}

TEST_F(MessageFormsTest, BlankLinesHaveAnEnd) {
    std::string lines;
    for (int i = 0; i < 9; ++i)
        lines += "\r\n";
    EXPECT_TRUE(answer_to(lines + get("/a")).starts_with("HTTP/1.1 400 "));
    EXPECT_TRUE(answer_to("\n" + get("/a")).starts_with("HTTP/1.1 400 ")) << "a line ends with both";
}

TEST_F(MessageFormsTest, OnlyWhoKnowsInterimAnswersGetsOne) {
    const std::string rest = "Host: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\nConnection: close\r\n\r\n";
    TcpClient newer(server_->port(), "POST /a HTTP/1.1\r\n" + rest);
    EXPECT_TRUE(newer.until("\r\n\r\n").starts_with("HTTP/1.1 100 Continue\r\n"));
    TcpClient older(server_->port(), "POST /a HTTP/1.0\r\n" + rest);
    older.say("hi");
    EXPECT_TRUE(older.to_end().starts_with("HTTP/1.1 200 OK\r\n"));
}

// A connection that the proxy in front thinks alive must not end first: nginx and the balancers of
// clouds give up after 60 s.
TEST(HttpServerOptionsTest, AnIdleConnectionLastsLongerThanThoseOfProxies) {
    EXPECT_GT(HttpServerOptions().idle_timeout, base::Millis{60'000});
}

}  // namespace
}  // namespace llmapikey::net
