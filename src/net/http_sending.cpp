#include "net/http_sending.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cstdio>
#include <span>

#include "net/http_streaming.hpp"

// The rules of http_session.cpp apply here too.
namespace llmapikey::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t scratch_bytes = 4096;
constexpr std::size_t slow_pieces_per_second = 50;

constexpr std::string_view last_chunk = "0\r\n\r\n";

// Adds the chunk's size. An empty chunk yields nothing, because it would end the body.
std::string framed(const std::string& chunk) {
    if (chunk.empty()) return {};
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", chunk.size());
    return size + chunk + "\r\n";
}

asio::awaitable<error_code> write_chunks(Connected& connection, const Response& response) {
    error_code ec;
    for (const std::string& chunk : response.chunks) {
        const std::string piece = framed(chunk);
        if (piece.empty()) continue;
        co_await asio::async_write(connection.socket, asio::buffer(piece),
                                   asio::redirect_error(asio::use_awaitable, ec));
        if (ec) co_return ec;
    }
    co_await asio::async_write(connection.socket, asio::buffer(last_chunk),
                               asio::redirect_error(asio::use_awaitable, ec));
    co_return ec;
}

// Each piece has the deadline of a write. `bytes_per_second` is at least 1.
asio::awaitable<error_code> write_slowly(const HttpServerOptions& options, Connected& connection,
                                         std::string_view bytes, std::size_t bytes_per_second) {
    const std::size_t piece_size = std::max<std::size_t>(bytes_per_second / slow_pieces_per_second, 1);
    const base::Millis pause(static_cast<std::int64_t>(1000 * piece_size / bytes_per_second));
    asio::steady_timer timer(connection.socket.get_executor());
    error_code ec;
    while (!bytes.empty()) {
        const std::string_view piece = bytes.substr(0, piece_size);
        bytes.remove_prefix(piece.size());
        connection.deadline = after(options.write_timeout);
        co_await asio::async_write(connection.socket, asio::buffer(piece),
                                   asio::redirect_error(asio::use_awaitable, ec));
        if (ec) co_return ec;
        timer.expires_after(pause);
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    }
    co_return ec;
}

// Returns what follows the head: the body, or all chunks together.
std::string slow_body(const Response& response, std::string_view body) {
    if (response.chunks.empty()) return std::string(body);
    std::string all;
    for (const std::string& chunk : response.chunks)
        all += framed(chunk);
    return all.append(last_chunk);
}

// Reads and discards bytes until the peer closes or `most` has passed.
asio::awaitable<void> wait_for_close(Connected& connection, base::Millis most) {
    connection.deadline = after(most);
    std::array<char, scratch_bytes> scratch;
    error_code ec;
    while (!ec && !connection.is_late) {
        co_await connection.socket.async_read_some(asio::buffer(scratch),
                                                   asio::redirect_error(asio::use_awaitable, ec));
    }
}

// Sends what the kernel accepts at once, and returns the number of bytes.
std::size_t write_now(Connected& connection, std::span<const asio::const_buffer> buffers, error_code& ec) {
    const std::size_t written = connection.socket.write_some(buffers, ec);
    if (ec == asio::error::would_block || ec == asio::error::try_again) ec = {};
    return written;
}

std::string rest_of(std::span<const asio::const_buffer> buffers, std::size_t written) {
    std::string all;
    for (const asio::const_buffer& each : buffers)
        all.append(static_cast<const char*>(each.data()), each.size());
    return all.substr(written);
}

}  // namespace

asio::awaitable<error_code> write_response(const HttpServerOptions& options, Connected& connection,
                                           const Response& response, bool is_head, Connection then) {
    error_code ec;
    const Misbehavior& misbehavior = response.misbehavior;
    if (misbehavior.delay.count() > 0) {
        asio::steady_timer timer(connection.socket.get_executor(), misbehavior.delay);
        co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
    }
    if (misbehavior.hang.count() > 0) co_await wait_for_close(connection, misbehavior.hang);
    if (misbehavior.drop_connection || misbehavior.hang.count() > 0) co_return asio::error::connection_aborted;
    connection.deadline = after(options.write_timeout);
    const std::string head = to_head(response, then);
    const bool is_whole = response.chunks.empty() && response.stream == nullptr;
    std::string_view body = is_head || !is_whole ? std::string_view{} : body_of(response);
    const bool is_truncated = misbehavior.truncate_after > 0 && misbehavior.truncate_after < body.size();
    if (is_truncated) body = body.substr(0, misbehavior.truncate_after);
    const bool is_slow = misbehavior.drip_bytes_per_second > 0 && !is_head;
    const std::string slow = is_slow ? slow_body(response, body) : std::string();
    if (is_slow) body = {};
    const std::array<asio::const_buffer, 2> buffers = {asio::buffer(head), asio::buffer(body)};
    co_await asio::async_write(connection.socket, buffers, asio::redirect_error(asio::use_awaitable, ec));
    if (!ec && is_slow) ec = co_await write_slowly(options, connection, slow, misbehavior.drip_bytes_per_second);
    if (!ec && is_truncated) ec = asio::error::connection_aborted;
    if (!ec && !is_head && !is_slow && !response.chunks.empty()) ec = co_await write_chunks(connection, response);
    if (!ec && response.stream != nullptr) ec = co_await write_stream(options, connection, response.stream, then);
    connection.deadline = Instant::max();
    co_return ec;
}

std::string send_ready(Connected& connection, const ReadyResponse& answer, Connection then, error_code& ec) {
    const HeadEnd end(then);
    const std::array<asio::const_buffer, 6> buffers = {
        asio::buffer(answer.head), asio::buffer(answer.own_headers()), asio::buffer(end.text()),
        asio::buffer(answer.body), asio::buffer(answer.own_body()),    asio::buffer(answer.body_end)};
    const std::size_t written = write_now(connection, buffers, ec);
    return ec || written == asio::buffer_size(buffers) ? std::string() : rest_of(buffers, written);
}

asio::awaitable<error_code> write_rest(const HttpServerOptions& options, Connected& connection, std::string rest) {
    error_code ec;
    connection.deadline = after(options.write_timeout);
    co_await asio::async_write(connection.socket, asio::buffer(rest), asio::redirect_error(asio::use_awaitable, ec));
    connection.deadline = Instant::max();
    co_return ec;
}

}  // namespace llmapikey::net
