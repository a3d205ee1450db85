#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace llmapikey::net {

struct Header {
    std::string name;
    std::string value;
};

struct HeaderView {
    std::string_view name;
    std::string_view value;
};

// A request as the server hands it over: one complete message. All of it are views of what the
// server has received, good until the answer is returned: who wants to keep some of it copies that.
// Names are compared without regard to case.
struct Request {
    std::string_view method;  // "GET", "POST", ... (HEAD arrives as "GET" with is_head set)
    bool is_head = false;
    std::string_view target;  // as sent: path and query
    std::string_view path;    // before '?', not decoded
    std::string_view query;   // after '?', not decoded
    std::span<const HeaderView> headers;
    std::string_view body;
    std::string_view peer_address;  // numeric, without port
    bool is_http_1_0 = false;       // the client knows no chunks
    std::chrono::steady_clock::time_point received_at;

    // Value of the first header of that name; empty if absent.
    std::string_view header(std::string_view name) const;
    bool has_header(std::string_view name) const;
};

class BodyStream;
class BodyWriter;

enum class BodyEnd {
    whole,
    broken,  // the connection ends without the body's end, so that the client knows
};
// Writes a body while it is sent, and returns when it is done or `write` has said that nobody reads
// any more. Runs on Executor::lasting, once at most: not at all for HEAD, or when the client goes
// before.
using BodyProducer = std::function<BodyEnd(BodyWriter&)>;

// Oddities for look-alikes and tests of clients; the service never uses them.
struct Misbehavior {
    std::chrono::milliseconds delay{0};     // before the first byte
    bool drop_connection = false;           // close without an answer
    std::chrono::milliseconds hang{0};      // no answer: close when the peer does, at the latest after that long
    std::size_t truncate_after = 0;         // close after that many bytes of the body; 0: send all
    std::size_t drip_bytes_per_second = 0;  // send the body a few bytes at a time; 0: at once
    std::chrono::seconds clock_skew{0};     // of the Date header
};

struct Response {
    int status = 200;
    std::vector<Header> headers;  // without Content-Length, Connection and Date, which the server writes
    std::string body;
    // Bytes that outlive the response (embedded or prerendered); used instead of `body` if not
    // empty.
    std::string_view static_body;
    std::shared_ptr<const void> static_body_owner;  // keeps static_body alive where it is not static; may be null
    // If not empty: sent with chunked transfer coding, one write each, instead of a body.
    std::vector<std::string> chunks;
    // If set: what it writes is sent as it comes, instead of a body.
    BodyProducer producer;
    std::shared_ptr<BodyStream> stream;  // of the producer once it runs; the server's own
    Misbehavior misbehavior;

    Response& set(std::string name, std::string value) {
        headers.push_back({std::move(name), std::move(value)});
        return *this;
    }
};

// An answer that stands in memory as it goes out, but for what differs from one time to the next.
struct ReadyResponse {
    // Status line and headers (Content-Length among them), each with the end of its line; without
    // Date and Connection.
    std::string_view head;
    std::string_view body;              // empty for HEAD and where the status has none
    std::string_view body_end;          // behind what the body has of its own
    std::shared_ptr<const void> owner;  // keeps both alive where they are not static; may be null
    bool is_unchanged = false;          // the status is 304, not 200

    // Headers of this one answer, likewise.
    std::string_view own_headers() const { return {own_.data(), own_size_}; }
    // At most 64 bytes in all; more is cut off.
    void add_own(std::string_view text) { own_size_ += text.copy(own_.data() + own_size_, own_.size() - own_size_); }
    // What this one answer has between `body` and `body_end`; likewise at most 16 bytes.
    std::string_view own_body() const { return {own_body_.data(), own_body_size_}; }
    void set_own_body(std::string_view text) { own_body_size_ = text.copy(own_body_.data(), own_body_.size()); }

private:
    std::array<char, 64> own_;
    std::size_t own_size_ = 0;
    std::array<char, 16> own_body_;
    std::size_t own_body_size_ = 0;
};

// The head of a ReadyResponse, from the status and the headers of `response`. `length`: of its
// body; nullopt if the status has none. Control characters in values are left out.
std::string to_ready_head(const Response& response, std::optional<std::size_t> length);

// Which threads run a handler.
enum class Executor {
    io,        // the I/O thread itself: for answers that are in memory
    database,  // bounded pool for handlers that touch the database
    upstream,  // bounded pool for handlers that call the provider of keys
    identity,  // bounded pool for handlers that call GitHub: signing in must not wait behind a provider that hangs
    mint,      // bounded pool for handlers that mint: many come at once, and the others are not to wait for them
    lasting,   // bounded pool for answers that take as long as somebody else speaks
};

// What an HttpServer serves. Must outlive the server. Called from many threads at once.
class HttpHandler {
public:
    virtual ~HttpHandler() = default;
    // The answer, if it stands ready; then nothing below is asked. Cheap; on the I/O thread.
    virtual std::optional<ReadyResponse> ready_answer(const Request&) { return std::nullopt; }
    // Cheap; on the I/O thread.
    virtual Executor executor_for(const Request& request) const = 0;
    // Produces the answer, on the executor that was chosen. Must not throw but for the unforeseen,
    // which becomes a bare 500.
    virtual Response handle(const Request& request) = 0;
    // As refuse(request, 503), if that stands ready: whoever has too much to do must not spend much
    // on saying so. Cheap; on the I/O thread.
    virtual std::optional<ReadyResponse> ready_refusal(const Request&) { return std::nullopt; }
    // The answer to a request that never reached handle(): 400, 413, 431 (malformed or too large),
    // 408, 500, 503 (queue full, with Retry-After). `request` may be all but empty.
    virtual Response refuse(const Request& request, int status) = 0;
};

}  // namespace llmapikey::net
