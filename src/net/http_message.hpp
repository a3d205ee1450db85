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

// Between Beast's messages and ours; private to net/.
namespace llmapikey::net {

using RequestParser =
    boost::beast::http::request_parser<boost::beast::http::string_body, std::pmr::polymorphic_allocator<char>>;

// One message while it is received and answered, with the memory that its head takes.
class IncomingMessage {
public:
    IncomingMessage() = default;
    IncomingMessage(const IncomingMessage&) = delete;
    IncomingMessage& operator=(const IncomingMessage&) = delete;

    // Before anything else, and after forget(). Limits in bytes, of the head and of the body.
    void begin(std::uint32_t head_max, std::uint64_t body_max);
    RequestParser& parser() { return *parser_; }
    // What has been received, as far as it is complete: views of this object. `peer_address` as in
    // Request. A target in absolute form becomes a path, and its host stands in the place of the
    // Host header's (RFC 9112 section 3.2.2).
    Request request(std::string_view peer_address);
    // What the body takes of the budget, until the message is forgotten.
    void keep(BodyBudget::Share share) { share_ = std::move(share); }
    // Gives back what is not needed for the next one.
    void forget();

private:
    static constexpr std::size_t usual_head = 6 * 1024;  // of browsers, cookies included
    std::array<char, usual_head> memory_;
    std::pmr::monotonic_buffer_resource arena_{memory_.data(), memory_.size()};
    std::optional<RequestParser> parser_;
    std::vector<HeaderView> headers_;
    BodyBudget::Share share_;
};

// Messages that are used again and again, so that a connection holds one only while it has a
// request. For one thread.
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

// Parses what has been received already, and takes it off the buffer. need_more: the message is not
// complete yet.
boost::system::error_code parse_received(RequestParser& parser, boost::beast::flat_buffer& buffer);

// Takes blank lines off the front of the buffer, at most `*left` of them, which are counted down:
// some clients send one behind a body (RFC 9112 section 2.2). Whether something of a request is
// left, and not just the half of a blank line.
bool skip_blank_lines(boost::beast::flat_buffer& buffer, int& left);

// Whether the head is fit to be handled: a target in origin form or absolute form, exactly one Host
// (HTTP/1.0: at most one), no transfer coding but chunked.
bool is_well_formed(const RequestParser& parser);

enum class Connection {
    keep,
    close,
    close_at_end,  // as close, and nothing but that ends the body: for clients that know no chunks
};

// What ends the head of a ReadyResponse: Date, Connection and the empty line.
class HeadEnd {
public:
    explicit HeadEnd(Connection connection);
    std::string_view text() const { return {text_.data(), size_}; }

private:
    void add(std::string_view part) { size_ += part.copy(text_.data() + size_, text_.size() - size_); }
    std::array<char, 80> text_;
    std::size_t size_ = 0;
};

// Status line and headers with the empty line behind them, Content-Length (or chunked coding), Date
// and Connection included. Control characters in names and values are left out, so that no value
// can begin a line of its own.
std::string to_head(const Response& response, Connection connection);

// The body as it goes out, for anything but `chunks`.
std::string_view body_of(const Response& response);

}  // namespace llmapikey::net
