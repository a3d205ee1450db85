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

// One complete request from the server. All views refer to the server's buffers and are valid until
// the answer is returned; copy what must live longer. Header names are compared ignoring case.
struct Request {
    std::string_view method;  // "GET", "POST", ... (HEAD arrives as "GET" with is_head set)
    bool is_head = false;
    std::string_view target;  // as sent: path and query
    std::string_view path;    // before '?', not decoded
    std::string_view query;   // after '?', not decoded
    std::span<const HeaderView> headers;
    std::string_view body;
    std::string_view peer_address;  // numeric, without port
    bool is_http_1_0 = false;       // the client does not know chunks
    std::chrono::steady_clock::time_point received_at;

    // Returns the value of the first header of that name; empty if absent.
    std::string_view header(std::string_view name) const;
    bool has_header(std::string_view name) const;
};

class BodyStream;
class BodyWriter;

enum class BodyEnd {
    whole,
    broken,  // the connection ends before the body's end, so that the client notices
};
// Writes a body while it is sent. Returns when the body is done, or after `write` has returned
// false. It runs on Executor::lasting, at most once: never for HEAD, nor if the client leaves
// before.
using BodyProducer = std::function<BodyEnd(BodyWriter&)>;

// Faults that look-alikes and tests of clients ask for; the service never uses them.
struct Misbehavior {
    std::chrono::milliseconds delay{0};     // before the first byte
    bool drop_connection = false;           // close without an answer
    std::chrono::milliseconds hang{0};      // no answer: close when the peer does, at the latest after this time
    std::size_t truncate_after = 0;         // close after so many bytes of the body; 0: send all
    std::size_t drip_bytes_per_second = 0;  // send the body a few bytes at a time; 0: at once
    std::chrono::seconds clock_skew{0};     // of the Date header
};

struct Response {
    int status = 200;
    std::vector<Header> headers;  // without Content-Length, Connection and Date, which the server writes
    std::string body;
    // Bytes that outlive the response (embedded or rendered before). If not empty, they are sent
    // instead of `body`.
    std::string_view static_body;
    std::shared_ptr<const void> static_body_owner;  // keeps static_body alive if it is not static; may be null
    // If not empty, these are sent with chunked transfer coding, one write each, instead of `body`.
    std::vector<std::string> chunks;
    // If set, what the producer writes is sent as it comes, instead of `body`.
    BodyProducer producer;
    std::shared_ptr<BodyStream> stream;  // the running producer's stream; set by the server
    Misbehavior misbehavior;

    Response& set(std::string name, std::string value) {
        headers.push_back({std::move(name), std::move(value)});
        return *this;
    }
};

// A cached response: bytes in memory as they are sent, plus the few bytes that differ each time.
struct ReadyResponse {
    // Status line and headers, Content-Length included, each with its line end; Date and Connection
    // are not among them.
    std::string_view head;
    std::string_view body;              // empty for HEAD and for a status without body
    std::string_view body_end;          // follows own_body()
    std::shared_ptr<const void> owner;  // keeps the views alive if they are not static; may be null
    bool is_unchanged = false;          // the status is 304, not 200

    // Headers of this one response, each with its line end.
    std::string_view own_headers() const { return {own_.data(), own_size_}; }
    // Adds headers; what exceeds 64 bytes in all is cut off.
    void add_own(std::string_view text) { own_size_ += text.copy(own_.data() + own_size_, own_.size() - own_size_); }
    // The bytes of this one response between `body` and `body_end`; what exceeds 16 bytes is cut
    // off.
    std::string_view own_body() const { return {own_body_.data(), own_body_size_}; }
    void set_own_body(std::string_view text) { own_body_size_ = text.copy(own_body_.data(), own_body_.size()); }

private:
    std::array<char, 64> own_;
    std::size_t own_size_ = 0;
    std::array<char, 16> own_body_;
    std::size_t own_body_size_ = 0;
};

// Makes the head of a ReadyResponse from the status and headers of `response`. `length` is the
// body's; nullopt if the status has no body. Control characters are removed from names and values.
std::string to_ready_head(const Response& response, std::optional<std::size_t> length);

// Selects the threads that run a handler.
enum class Executor {
    io,        // the I/O thread itself: for answers from memory
    database,  // bounded pool for handlers that use the database
    upstream,  // bounded pool for handlers that call the provider of keys
    identity,  // bounded pool for handlers that call GitHub, so that a hanging provider does not block sign-in
    mint,      // bounded pool for handlers that mint: many come at once, and other requests should not wait for them
    lasting,   // bounded pool for answers that last as long as an upstream sends
};

// The application behind an HttpServer. It must outlive the server. Many threads call it at once.
class HttpHandler {
public:
    virtual ~HttpHandler() = default;
    // Returns the cached response, if there is one; then no other member is called. Runs on the I/O
    // thread, so it must be cheap.
    virtual std::optional<ReadyResponse> ready_answer(const Request&) { return std::nullopt; }
    // Runs on the I/O thread, so it must be cheap.
    virtual Executor executor_for(const Request& request) const = 0;
    // Makes the answer, on the chosen executor. It must throw only for unforeseen failures, which
    // become a bare 500.
    virtual Response handle(const Request& request) = 0;
    // Returns the cached response of refuse(request, 503), if there is one, so that an overloaded
    // server spends little on refusing. Runs on the I/O thread, so it must be cheap.
    virtual std::optional<ReadyResponse> ready_refusal(const Request&) { return std::nullopt; }
    // Answers a request that never reached handle(): 400, 413, 431 (malformed or too large), 408,
    // 500, 503 (queue full, with Retry-After). `request` may be almost empty.
    virtual Response refuse(const Request& request, int status) = 0;
};

}  // namespace llmapikey::net
