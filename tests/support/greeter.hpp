#pragma once

#include <gtest/gtest.h>

#include <semaphore>

#include "net/http_server.hpp"

namespace llmapikey::test {

// The handler of a server under test. It answers "hello"; for /held it waits for the test first, on
// the executor that the test names.
class Greeter final : public net::HttpHandler {
public:
    explicit Greeter(net::Executor holding) : holding_(holding) {}

    net::Executor executor_for(const net::Request& request) const override {
        return request.path == "/held" ? holding_ : net::Executor::io;
    }
    net::Response handle(const net::Request& request) override {
        if (request.path == "/held") {
            has_begun.release();
            EXPECT_TRUE(may_go_on.try_acquire_for(base::Millis{20'000}));
        }
        net::Response response;
        response.body = "hello";
        return response;
    }
    net::Response refuse(const net::Request&, int status) override {
        net::Response response;
        response.status = status;
        return response;
    }

    std::counting_semaphore<> has_begun{0}, may_go_on{0};

private:
    const net::Executor holding_;
};

}  // namespace llmapikey::test
