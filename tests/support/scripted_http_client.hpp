#pragma once

#include <deque>
#include <vector>

#include "net/http_client.hpp"

namespace llmapikey::test {

// Plays answers in order, and records what was asked. Answers "not sent" when the script is over. Not thread-safe.
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

    std::vector<net::ClientRequest> requests;

private:
    std::deque<net::ClientResponse> script_;
};

}  // namespace llmapikey::test
