#pragma once

#include <string>
#include <string_view>
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
    bool is_circuit_open = false;  // not_sent, since the peer has not answered as it should for a while

    // Value of the first header of that name, without regard to case; empty if absent.
    std::string_view header(std::string_view name) const;
};

// What is done with an answer while it arrives. Called on the thread of the call; must not throw.
class AnswerSink {
public:
    virtual ~AnswerSink() = default;
    // Status and headers, before the first piece. False here or below: no more is wanted, and the
    // transfer ends.
    [[nodiscard]] virtual bool begin(const ClientResponse& head) = 0;
    [[nodiscard]] virtual bool take(std::string_view piece) = 0;
    // Asked every second or so, whether or not anything arrives.
    virtual bool is_wanted() const = 0;
};

struct StreamLimits {
    base::Deadline deadline;    // of the whole
    base::Millis idle{15'000};  // without a byte; noticed within a second
    std::size_t bytes_max = 1024 * 1024;
};

// Blocking HTTP client. Verifies TLS, follows no redirect, reads at most 4 MiB. Thread-safe.
class HttpClient {
public:
    virtual ~HttpClient() = default;
    virtual ClientResponse send(const ClientRequest& request, base::Deadline deadline) = 0;
    // As send(), but hands the body over piece by piece and returns the rest. Where the sink wanted
    // no more, a limit was passed or the answer broke off, the transfer is `unknown`.
    virtual ClientResponse stream(const ClientRequest& request, AnswerSink& sink, const StreamLimits& limits) = 0;
    // From now on no send() of what can be repeated (anything but POST) lasts longer; noticed
    // within a second. For a program that ends.
    virtual void end_calls_by(base::Deadline) {}
};

}  // namespace llmapikey::net
