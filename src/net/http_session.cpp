#include "net/http_session.hpp"

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <cstdio>
#include <exception>
#include <optional>

#include "net/http_message.hpp"
#include "net/http_sending.hpp"
#include "net/http_streaming.hpp"
#include "net/run_on.hpp"

// Rules for this file: nothing with braces and no capturing lambda inside a co_await expression
// (g++ 12 destroys such temporaries twice). Every wait has a deadline, which the sweep in
// http_server.cpp enforces.
namespace llmapikey::net {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t first_read_bytes = 4096;
constexpr std::size_t drained_bytes_max = 1 << 20;
constexpr std::chrono::seconds drain_timeout{2};
constexpr int blank_lines_max = 8;  // before one request

std::string address_of(const tcp::socket& socket) {
    error_code ec;
    const auto endpoint = socket.remote_endpoint(ec);
    return ec ? std::string() : endpoint.address().to_string();
}

// Keeps a connection in the host's set for as long as this object lives.
class Registered {
public:
    Registered(SessionHost& host, Connected& connection) : host_(host), connection_(connection) {
        host_.connections.add(connection_);
    }
    ~Registered() { host_.connections.remove(connection_); }
    Registered(const Registered&) = delete;
    Registered& operator=(const Registered&) = delete;

private:
    SessionHost& host_;
    Connected& connection_;
};

int refusal_for(const error_code& ec, bool is_late) {
    if (is_late) return 408;
    if (ec == http::error::body_limit) return 413;
    if (ec == http::error::header_limit || ec == http::error::buffer_overflow) return 431;
    if (ec == http::error::end_of_stream || ec == http::error::partial_message) return 0;
    // Any other error of the parser is the client's fault. Errors of other categories mean a broken
    // connection.
    return ec.category() == make_error_code(http::error::bad_method).category() ? 400 : 0;
}

Response answer_safely(HttpHandler& handler, const Request& request) {
    try {
        return handler.handle(request);
    } catch (const std::exception& error) {
        // The request boundary: an unforeseen exception ends here and is reported to the operator.
        std::fprintf(stderr, "unforeseen failure in a request: %s\n", error.what());
        return handler.refuse(request, 500);
    }
}

base::WorkQueue& queue_of(Executor executor, const ServerQueues& queues) {
    switch (executor) {
        case Executor::io:
        case Executor::database:
            break;
        case Executor::upstream:
            return queues.upstream;
        case Executor::identity:
            return queues.identity;
        case Executor::mint:
            return queues.mint;
        case Executor::lasting:
            return queues.lasting;
    }
    return queues.database;
}

// Starts a body that is produced while it is sent. What the producer holds is released as soon as
// the producer has finished.
Response with_body_begun(SessionHost& host, const Request& request, Response response) {
    if (!response.producer || request.is_head) return response;
    BodyProducer producer;
    producer.swap(response.producer);
    response.stream = start_producing(host.queues.lasting, std::move(producer), host.options.stream_timeout);
    return response.stream != nullptr ? std::move(response) : host.handler.refuse(request, 503);
}

// Runs the handler on the executor that it chose. Nullopt: no thread took the request in time.
asio::awaitable<std::optional<Response>> dispatch(SessionHost& host, const Request& request) {
    const Executor executor = host.handler.executor_for(request);
    if (executor == Executor::io) co_return answer_safely(host.handler, request);

    base::WorkQueue& queue = queue_of(executor, host.queues);
    if (queue.is_full()) co_return std::nullopt;
    const Instant start_by = after(host.options.queue_timeout);
    Response response;
    bool has_started = false;
    std::function<void()> work = [&] {
        if (std::chrono::steady_clock::now() > start_by) return;
        has_started = true;
        response = answer_safely(host.handler, request);
    };
    const asio::any_io_executor home = co_await asio::this_coro::executor;
    auto running = run_on(queue, home, std::move(work), asio::use_awaitable);
    const bool is_queued = co_await std::move(running);
    if (!is_queued || !has_started) co_return std::nullopt;
    co_return response;
}

// Closes a connection on which unread bytes may still arrive. An immediate close would send a
// reset, and the client might lose the answer.
asio::awaitable<void> close_gently(Connected& connection) {
    error_code ec;
    connection.socket.shutdown(tcp::socket::shutdown_send, ec);
    connection.deadline = after(drain_timeout);
    std::array<char, first_read_bytes> scratch;
    std::size_t drained = 0;
    while (!ec && drained < drained_bytes_max) {
        drained += co_await connection.socket.async_read_some(asio::buffer(scratch),
                                                              asio::redirect_error(asio::use_awaitable, ec));
    }
}

asio::awaitable<void> refuse(SessionHost& host, Connected& connection, const Request& request, int status) {
    connection.is_late = false;
    const Response response = host.handler.refuse(request, status);
    const error_code ec =
        co_await write_response(host.options, connection, response, request.is_head, Connection::close);
    if (!ec) co_await close_gently(connection);
}

// Prepares the wait for the first bytes of a request; `has_begun` says that some have arrived.
// Returns false if the connection must end instead.
bool begin_request(SessionHost& host, Connected& connection, boost::beast::flat_buffer& buffer, bool has_begun) {
    Connections::end_waiting(connection);
    host.connections.begin_waiting(connection);
    if (has_begun) return true;
    if (buffer.capacity() > first_read_bytes) buffer.shrink_to_fit();
    if (host.is_draining && connection.has_asked && !connection.has_bytes()) return false;
    connection.is_idle = true;
    const base::Millis wait = connection.has_asked ? host.options.idle_timeout : host.options.header_timeout;
    connection.deadline = host.is_draining ? host.first_request_by : after(wait);
    return true;
}

// Returns the memory that the body may take; a chunked body counts with the limit.
std::uint64_t body_bytes(const SessionHost& host, const RequestParser& parser) {
    const auto announced = parser.content_length();
    return announced ? *announced : parser.chunked() ? host.options.body_bytes_max : 0;
}

// Reads the rest of one message. Returns the status to refuse it with, 0 to close without an
// answer, or nullopt if the message is complete.
asio::awaitable<std::optional<int>> read_message(SessionHost& host, Connected& connection,
                                                 boost::beast::flat_buffer& buffer, IncomingMessage& message) {
    RequestParser& parser = message.parser();
    error_code ec;
    connection.deadline = after(host.options.header_timeout);
    co_await http::async_read_header(connection.socket, buffer, parser, asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return refusal_for(ec, connection.is_late);
    if (!is_well_formed(parser)) co_return 400;
    auto share = host.bodies.take(body_bytes(host, parser));
    if (!share) co_return 503;
    message.keep(std::move(*share));
    connection.deadline = after(host.options.body_timeout);
    // HTTP/1.0 has no interim responses (RFC 9110 section 10.1.1).
    const bool is_waiting =
        parser.get().version() >= 11 && boost::beast::iequals(parser.get()[http::field::expect], "100-continue");
    if (is_waiting && !parser.is_done()) {
        static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
        co_await asio::async_write(connection.socket, asio::buffer(go_on),
                                   asio::redirect_error(asio::use_awaitable, ec));
        if (ec) co_return 0;
    }
    co_await http::async_read(connection.socket, buffer, parser, asio::redirect_error(asio::use_awaitable, ec));
    if (ec) co_return refusal_for(ec, connection.is_late);
    connection.deadline = Instant::max();
    co_return std::nullopt;
}

Connection end_of(const SessionHost& host, const Request& request, bool is_keep_alive) {
    if (is_keep_alive && !host.is_draining) return Connection::keep;
    return request.is_http_1_0 ? Connection::close_at_end : Connection::close;
}

// Answers one request for which there is no cached response.
asio::awaitable<error_code> answer(SessionHost& host, Connected& connection, const Request& request,
                                   bool is_keep_alive) {
    std::optional<Response> made = co_await dispatch(host, request);
    if (!made) {
        host.pressure.note_refusal();
        if (const auto ready = host.handler.ready_refusal(request)) {
            error_code ec;
            std::string rest = send_ready(connection, *ready, end_of(host, request, is_keep_alive), ec);
            if (!rest.empty()) ec = co_await write_rest(host.options, connection, std::move(rest));
            co_return ec;
        }
        made = host.handler.refuse(request, 503);
    }
    const Response response = with_body_begun(host, request, std::move(*made));
    const Connection then = end_of(host, request, is_keep_alive);
    co_return co_await write_response(host.options, connection, response, request.is_head, then);
}

}  // namespace

// Cached responses are received and sent in this one coroutine frame, because each further frame
// would be another allocation.
asio::awaitable<void> serve_connection(SessionHost& host, tcp::socket socket) {
    Connected connection(std::move(socket));
    const Registered registered(host, connection);
    error_code ec;
    connection.socket.set_option(tcp::no_delay(true), ec);
    connection.socket.non_blocking(true, ec);  // needed by write_now()
    const std::string peer = address_of(connection.socket);
    boost::beast::flat_buffer buffer;

    int blank_lines_left = blank_lines_max;
    while (true) {
        const bool has_begun = skip_blank_lines(buffer, blank_lines_left);
        if (!begin_request(host, connection, buffer, has_begun)) co_return;
        if (!has_begun) {
            const std::size_t received = co_await connection.socket.async_read_some(
                buffer.prepare(first_read_bytes), asio::redirect_error(asio::use_awaitable, ec));
            buffer.commit(received);
            connection.is_idle = false;
            connection.deadline = Instant::max();
            if (ec) co_return;
            if (!skip_blank_lines(buffer, blank_lines_left)) continue;
        }
        IncomingMessages::Lent message = host.messages.lend();
        message->begin(host.options.header_bytes_max, host.options.body_bytes_max);
        RequestParser& parser = message->parser();
        // Most messages are complete with their first bytes.
        ec = parse_received(parser, buffer);
        std::optional<int> refusal;
        if (ec == http::error::need_more) {
            refusal = co_await read_message(host, connection, buffer, *message);
        } else if (ec || !is_well_formed(parser)) {
            refusal = ec ? refusal_for(ec, connection.is_late) : 400;
        }
        Connections::end_waiting(connection);
        if (refusal == 0) co_return;
        const bool is_keep_alive = parser.is_header_done() && parser.get().keep_alive() && parser.get().version() >= 11;
        const Request request = message->request(peer);
        if (refusal) {
            co_await refuse(host, connection, request, *refusal);
            co_return;
        }
        connection.has_asked = true;
        blank_lines_left = blank_lines_max;
        Connection then = end_of(host, request, is_keep_alive);
        if (const auto ready = host.handler.ready_answer(request)) {
            std::string rest = send_ready(connection, *ready, then, ec);
            if (!rest.empty()) ec = co_await write_rest(host.options, connection, std::move(rest));
        } else {
            ec = co_await answer(host, connection, request, is_keep_alive);
            then = end_of(host, request, is_keep_alive);
        }
        if (ec) co_return;
        if (then != Connection::keep) {
            message.reset();
            co_await close_gently(connection);
            co_return;
        }
    }
}

}  // namespace llmapikey::net
