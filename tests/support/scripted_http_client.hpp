#pragma once

#include <deque>
#include <utility>
#include <vector>

#include "net/http_client.hpp"

namespace llmapikey::test {

// Plays answers in order and records the requests. Answers "not sent" after the end of the script.
// Not thread-safe.
class ScriptedHttpClient final : public net::HttpClient {
public:
    void answer(int status, std::string body, std::vector<net::Header> headers = {}) {
        script_.push_back({net::TransferStatus::answered, "", status, std::move(headers), std::move(body)});
    }
    void fail(net::TransferStatus transfer) { script_.push_back({transfer, "scripted failure", 0, {}, ""}); }

    net::ClientResponse send(const net::ClientRequest& request, base::Deadline) override {
        requests.push_back(request);
        if (script_.empty()) return {};
        net::ClientResponse response = std::move(script_.front());
        script_.pop_front();
        return response;
    }

    // Delivers the body in two pieces, so that nothing can rely on whole events.
    net::ClientResponse stream(const net::ClientRequest& request, net::AnswerSink& sink,
                               const net::StreamLimits& limits) override {
        net::ClientResponse response = send(request, limits.deadline);
        if (response.transfer != net::TransferStatus::answered) return response;
        const std::string body = std::exchange(response.body, "");
        const auto half = body.size() / 2;
        const bool is_taken =
            sink.begin(response) && sink.take(body.substr(0, half)) && sink.is_wanted() && sink.take(body.substr(half));
        if (!is_taken) response.transfer = net::TransferStatus::unknown;
        return response;
    }

    std::vector<net::ClientRequest> requests;

private:
    std::deque<net::ClientResponse> script_;
};

}  // namespace llmapikey::test
