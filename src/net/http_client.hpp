#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "net/http_types.hpp"

namespace llmapikey::net {

struct ClientRequest {
    std::string method = "GET";
    std::string url;
    std::vector<Header> headers;
    std::string body;  // sent if not empty, with any method
};

// How far a request got, so that callers can tell "certainly not done" from "unknown".
enum class TransferStatus {
    answered,  // a whole response is there, whatever its status
    not_sent,  // no connection, DNS or TLS failure: the peer has seen nothing of the request
    unknown,   // it may have been received: timed out, reset, truncated or too large an answer
};

struct ClientResponse {
    TransferStatus transfer = TransferStatus::not_sent;
    std::string failure;  // what went wrong unless answered; holds no secret
    int status = 0;
    std::vector<Header> headers;
    std::string body;

    // Value of the first header of that name, without regard to case; empty if absent.
    std::string_view header(std::string_view name) const;
};

// Blocking HTTP client. Verifies TLS, follows no redirect, reads at most 4 MiB. Thread-safe.
class HttpClient {
public:
    virtual ~HttpClient() = default;
    virtual ClientResponse send(const ClientRequest& request, base::Deadline deadline) = 0;
};

}  // namespace llmapikey::net
