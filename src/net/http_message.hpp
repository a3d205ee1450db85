#pragma once

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string>
#include <vector>

#include "net/connection_limits.hpp"
#include "net/http_types.hpp"

// Conversion between Beast's messages and ours; private to net/.
namespace llmapikey::net {

using RequestParser =
    boost::beast::http::request_parser<boost::beast::http::string_body, std::pmr::polymorphic_allocator<char>>;

// One message while it is received and answered, with the memory that its head takes.
class IncomingMessage {
public:
    IncomingMessage() = default;
    IncomingMessage(const IncomingMessage&) = delete;
    IncomingMessage& operator=(const IncomingMessage&) = delete;

    // Prepares for a new message; must come first, and again after forget(). The limits are in
    // bytes.
    void begin(std::uint32_t head_max, std::uint64_t body_max);
    RequestParser& parser() { return *parser_; }
    // Returns the received request as far as it is complete. Its views refer to this object. A
    // target in absolute form becomes a path, and its host replaces the Host header (RFC 9112
    // section 3.2.2).
    Request request(std::string_view peer_address);
    // Holds the body's share of the budget until forget().
    void keep(BodyBudget::Share share) { share_ = std::move(share); }
    // Releases everything that the next message does not need.
    void forget();

private:
    static constexpr std::size_t usual_head = 6 * 1024;  // bytes of a browser's head, cookies included
    std::array<char, usual_head> memory_;
    std::pmr::monotonic_buffer_resource arena_{memory_.data(), memory_.size()};
    std::optional<RequestParser> parser_;
    std::vector<HeaderView> headers_;
    BodyBudget::Share share_;
};

// A pool of messages, so that a connection holds one only while it has a request. Only
// one thread may use a pool.
class IncomingMessages {
public:
    class Return {
    public:
        explicit Return(IncomingMessages* from) : from_(from) {}
        void operator()(IncomingMessage* message) const { from_->take_back(message); }

    private:
        IncomingMessages* from_;
    };
    using Lent = std::unique_ptr<IncomingMessage, Return>;  // must not outlive this object
    Lent lend();

private:
    void take_back(IncomingMessage* message);
    std::vector<std::unique_ptr<IncomingMessage>> spare_;
};

// Parses the received bytes and removes them from the buffer. Returns need_more if the message is
// not complete yet.
boost::system::error_code parse_received(RequestParser& parser, boost::beast::flat_buffer& buffer);

// Removes blank lines from the front of the buffer and decrements `left` for each, down to 0: some
// clients send one behind a body (RFC 9112 section 2.2). Returns whether bytes of a request are
// left, which half a blank line is not.
bool skip_blank_lines(boost::beast::flat_buffer& buffer, int& left);

// Returns whether the head may be handled: the target is in origin form or absolute form, there is
// exactly one Host (HTTP/1.0: at most one), and there is no transfer coding except chunked.
bool is_well_formed(const RequestParser& parser);

enum class Connection {
    keep,
    close,
    close_at_end,  // like close, and only the close ends the body: for clients that do not know chunks
};

// The end of the head of a ReadyResponse: Date, Connection and the empty line.
class HeadEnd {
public:
    explicit HeadEnd(Connection connection);
    std::string_view text() const { return {text_.data(), size_}; }

private:
    void add(std::string_view part) { size_ += part.copy(text_.data() + size_, text_.size() - size_); }
    std::array<char, 80> text_;
    std::size_t size_ = 0;
};

// Writes status line, headers and the empty line, with Content-Length (or chunked coding), Date and
// Connection. Control characters are removed from names and values, so that a value cannot inject a
// header line.
std::string to_head(const Response& response, Connection connection);

// Returns the body as it is sent, for responses without `chunks`.
std::string_view body_of(const Response& response);

}  // namespace llmapikey::net
