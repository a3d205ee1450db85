#include "net/http_streaming.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstdio>
#include <exception>

// The rules of http_session.cpp apply here too.
namespace llmapikey::net {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

constexpr std::size_t stream_capacity = 64 * 1024;

void produce(const BodyProducer& producer, BodyWriter& writer) {
    try {
        if (producer(writer) == BodyEnd::whole) writer.finish();
    } catch (const std::exception& error) {
        // The job boundary: the body ends as broken, and the failure is reported to the operator.
        std::fprintf(stderr, "unforeseen failure while a body was produced: %s\n", error.what());
    }
}

// Makes the connection the reader of a stream for as long as this object lives. The stream wakes it
// by a post to the connection's own thread, which alone touches the alarm.
class Reading {
public:
    Reading(Connected& connection, BodyStream& stream)
        : connection_(connection),
          stream_(stream),
          alarm_(std::make_shared<asio::steady_timer>(connection.socket.get_executor(), Instant::max())) {
        connection_.alarm = alarm_.get();
        const asio::any_io_executor home = connection.socket.get_executor();
        stream_.listen([home, alarm = alarm_] { asio::post(home, [alarm] { alarm->cancel(); }); });
    }
    ~Reading() {
        stream_.leave();
        connection_.alarm = nullptr;
        connection_.deadline = Instant::max();
    }
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;

    asio::steady_timer& alarm() { return *alarm_; }
    bool is_over() const { return connection_.is_late || connection_.is_deserted || !connection_.socket.is_open(); }
    void limit(base::Millis most) { connection_.deadline = std::min(after(most), stream_.deadline().at()); }

private:
    Connected& connection_;
    BodyStream& stream_;
    const std::shared_ptr<asio::steady_timer> alarm_;  // shared with posted tasks that have not run yet
};

std::string framed(const std::string& bytes, Connection then) {
    if (then == Connection::close_at_end) return bytes;
    char size[24];
    std::snprintf(size, sizeof size, "%zx\r\n", bytes.size());
    return size + bytes + "\r\n";
}

}  // namespace

std::shared_ptr<BodyStream> start_producing(base::WorkQueue& queue, BodyProducer producer, base::Millis most) {
    auto stream = std::make_shared<BodyStream>(stream_capacity, base::Deadline::after(most));
    auto writer = std::make_shared<BodyWriter>(stream);
    const bool is_queued = queue.try_submit([writer, producer = std::move(producer)] { produce(producer, *writer); });
    if (!is_queued) return nullptr;
    BodyStream* const read = stream.get();
    return {read, [stream = std::move(stream)](BodyStream*) { stream->leave(); }};
}

bool has_peer_gone(asio::ip::tcp::socket& socket) {
    char next = 0;
    const auto count = ::recv(socket.native_handle(), &next, 1, MSG_PEEK | MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR);
}

asio::awaitable<error_code> write_stream(const HttpServerOptions& options, Connected& connection,
                                         std::shared_ptr<BodyStream> stream, Connection then) {
    Reading reading(connection, *stream);
    error_code ec;
    while (!reading.is_over()) {
        const BodyStream::Taken taken = stream->take();
        if (!taken.bytes.empty()) {
            const std::string bytes = framed(taken.bytes, then);
            reading.limit(options.write_timeout);
            co_await asio::async_write(connection.socket, asio::buffer(bytes),
                                       asio::redirect_error(asio::use_awaitable, ec));
            if (ec) co_return ec;
        }
        if (taken.end == BodyEnd::broken) co_return asio::error::connection_aborted;
        if (taken.end == BodyEnd::whole) {
            static constexpr std::string_view last = "0\r\n\r\n";
            if (then == Connection::close_at_end) co_return ec;
            reading.limit(options.write_timeout);
            co_await asio::async_write(connection.socket, asio::buffer(last),
                                       asio::redirect_error(asio::use_awaitable, ec));
            co_return ec;
        }
        if (!taken.bytes.empty()) continue;  // more may have arrived during the write
        // Later arrivals are posted to this thread, so none is missed.
        reading.limit(options.stream_idle_timeout);
        co_await reading.alarm().async_wait(asio::redirect_error(asio::use_awaitable, ec));
    }
    co_return asio::error::connection_aborted;
}

}  // namespace llmapikey::net
