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
    answered,  // the response is complete, whatever its status
    not_sent,  // no connection, DNS or TLS failure: the peer has seen nothing of the request
    unknown,   // the request may have been received: timeout, reset, truncated or too large a response
};

struct ClientResponse {
    TransferStatus transfer = TransferStatus::not_sent;
    std::string failure;  // the reason unless `answered`; holds no secret
    int status = 0;
    std::vector<Header> headers;
    std::string body;
    bool is_circuit_open = false;  // not_sent because the circuit is open: the peer has been failing for a while

    // Returns the value of the first header of that name, ignoring case; empty if absent.
    std::string_view header(std::string_view name) const;
};

// Receives a response while it arrives. All calls come on the thread that called stream(). Must not
// throw.
class AnswerSink {
public:
    virtual ~AnswerSink() = default;
    // Receives status and headers, before the first piece. If begin() or take() returns false, the
    // transfer ends.
    [[nodiscard]] virtual bool begin(const ClientResponse& head) = 0;
    [[nodiscard]] virtual bool take(std::string_view piece) = 0;
    // Asked about once a second, whether or not anything arrives. False ends the transfer.
    virtual bool is_wanted() const = 0;
};

struct StreamLimits {
    base::Deadline deadline;    // of the whole transfer
    base::Millis idle{15'000};  // without a byte; noticed within a second
    std::size_t bytes_max = 1024 * 1024;
};

// A blocking HTTP client. It verifies TLS, follows no redirect and reads at most 4 MiB.
// Thread-safe.
class HttpClient {
public:
    virtual ~HttpClient() = default;
    virtual ClientResponse send(const ClientRequest& request, base::Deadline deadline) = 0;
    // Works like send(), but passes the body to `sink` piece by piece and returns the rest of the
    // response. The transfer is `unknown` if the sink stopped it, a limit was exceeded or the
    // response broke off.
    virtual ClientResponse stream(const ClientRequest& request, AnswerSink& sink, const StreamLimits& limits) = 0;
    // Ends every send() that can be repeated (any method but POST) by `deadline`, now and in
    // future. The end is noticed within a second. Used when the program stops.
    virtual void end_calls_by(base::Deadline) {}
};

}  // namespace llmapikey::net
