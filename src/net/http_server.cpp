#include "net/http_server.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cerrno>
#include <cstdio>
#include <future>
#include <thread>
#include <vector>

#include "net/http_session.hpp"
#include "net/http_streaming.hpp"

namespace llmapikey::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;
using ReusePort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// The delay with which a passed deadline is noticed.
constexpr base::Millis sweep_interval{100};
constexpr base::Millis accept_back_off{100};

// One thread with its own io_context and listener. Once the thread has started, only it touches the
// members, except `io` and `thread`.
struct IoThread {
    explicit IoThread(SessionHost&& sessions) : host(std::move(sessions)) {}
    asio::io_context io{1};
    tcp::acceptor acceptor{io};
    asio::steady_timer sweep_timer{io};
    SessionHost host;
    std::promise<void> last_accepted;  // fulfilled once it accepts no more
    bool is_over = false;              // nothing is left to sweep
    std::thread thread;
};

error_code bind_listener(tcp::acceptor& acceptor, const tcp::endpoint& endpoint, bool shares_port) {
    error_code ec;
    acceptor.open(endpoint.protocol(), ec);
    if (!ec) acceptor.set_option(tcp::acceptor::reuse_address(true), ec);
    if (!ec && shares_port) acceptor.set_option(ReusePort(true), ec);
    if (!ec) acceptor.bind(endpoint, ec);
    if (!ec) acceptor.listen(asio::socket_base::max_listen_connections, ec);
    return ec;
}

// Makes a separate descriptor for a socket that all I/O threads accept from. The kernel is asked
// what the socket is, because the descriptor comes from outside.
error_code adopt_listener(tcp::acceptor& acceptor, int listening_socket) {
    int type = 0, is_listening = 0;
    sockaddr_storage address{};
    socklen_t size = sizeof type, address_size = sizeof address;
    const bool is_known = ::getsockopt(listening_socket, SOL_SOCKET, SO_TYPE, &type, &size) == 0 &&
                          ::getsockopt(listening_socket, SOL_SOCKET, SO_ACCEPTCONN, &is_listening, &size) == 0 &&
                          ::getsockname(listening_socket, reinterpret_cast<sockaddr*>(&address), &address_size) == 0;
    if (!is_known) return error_code(errno, boost::system::system_category());
    const bool is_ipv4 = address.ss_family == AF_INET;
    if (type != SOCK_STREAM || is_listening == 0 || (!is_ipv4 && address.ss_family != AF_INET6))
        return asio::error::operation_not_supported;
    const int own = ::fcntl(listening_socket, F_DUPFD_CLOEXEC, 0);
    if (own < 0) return error_code(errno, boost::system::system_category());
    error_code ec;
    acceptor.assign(is_ipv4 ? tcp::v4() : tcp::v6(), own, ec);
    if (ec) ::close(own);
    return ec;
}

// The only place that spawns connections. A connection has entered `limits` before, and leaves them
// at its end. Exceptions that no connection handles are printed to stderr.
void spawn_connection(IoThread& owner, ConnectionLimits& limits, tcp::socket socket,
                      const std::optional<ClientId>& client) {
    auto finished = [&limits, client](std::exception_ptr failure) {
        limits.leave(client);
        if (failure == nullptr) return;
        try {
            std::rethrow_exception(failure);
        } catch (const std::exception& error) {
            std::fprintf(stderr, "a connection ended unexpectedly: %s\n", error.what());
        }
    };
    asio::co_spawn(owner.io, serve_connection(owner.host, std::move(socket)), std::move(finished));
}

// Returns whether there was a connection that could be closed.
bool make_room(SessionHost& host, ConnectionLimits& limits) {
    Connected* const waiting = host.connections.take_waiting();
    if (waiting == nullptr) return false;
    error_code ignored;
    waiting->socket.close(ignored);
    limits.count_displaced();
    return true;
}

// Admits a connection or drops it.
void take_in(IoThread& owner, ConnectionLimits& limits, tcp::socket socket) {
    error_code ec;
    const auto peer = socket.remote_endpoint(ec).address();
    if (ec) return;
    const HttpServerOptions& options = owner.host.options;
    const bool is_proxy = options.is_proxy && options.is_proxy(peer.to_string());
    const auto client = is_proxy ? std::nullopt : std::optional(client_of(peer));
    using Verdict = ConnectionLimits::Verdict;
    const auto verdict = limits.enter(client);
    const bool has_place =
        verdict == Verdict::admitted || (verdict == Verdict::all_taken && make_room(owner.host, limits));
    if (!has_place) return limits.count_refusal(verdict);
    if (verdict == Verdict::all_taken) limits.enter_instead_of_another(client);
    spawn_connection(owner, limits, std::move(socket), client);
}

asio::awaitable<void> accept_connections(IoThread& owner, ConnectionLimits& limits) {
    while (owner.acceptor.is_open()) {
        error_code ec;
        tcp::socket socket(owner.io);
        co_await owner.acceptor.async_accept(socket, asio::redirect_error(asio::use_awaitable, ec));
        if (ec == asio::error::operation_aborted) co_return;
        if (ec) {  // most likely out of descriptors: an immediate retry would only spin
            make_room(owner.host, limits);
            asio::steady_timer timer(owner.io, accept_back_off);
            co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, ec));
            continue;
        }
        take_in(owner, limits, std::move(socket));
    }
}

void sweep(SessionHost& host) {
    const Instant now = std::chrono::steady_clock::now();
    for (Connected* connection : host.connections.take_turn()) {
        if (connection->alarm != nullptr && has_peer_gone(connection->socket)) {
            connection->is_deserted = true;
            connection->alarm->cancel();
        }
        if (connection->deadline > now) continue;
        connection->deadline = Instant::max();
        connection->is_late = true;
        error_code ignored;
        connection->socket.cancel(ignored);
        if (connection->alarm != nullptr) connection->alarm->cancel();
    }
}

void schedule_sweep(IoThread& owner) {
    // Many of thousands of connections can be late at one time. Cutting them off in turns keeps
    // each sweep short, so that others do not wait.
    const bool takes_turns = owner.host.connections.are_many();
    owner.sweep_timer.expires_after(takes_turns ? sweep_interval / Connections::turns : sweep_interval);
    owner.sweep_timer.async_wait([&owner](const error_code& ec) {
        // The second condition: a sweep that was already due when the last connection ended must
        // not schedule another one.
        if (ec || owner.is_over) return;
        sweep(owner.host);
        owner.host.pressure.look();
        schedule_sweep(owner);
    });
}

// New connections may still send a first request for a moment, and requests that have arrived are
// still answered.
void drain(IoThread& owner, base::Millis grace) {
    error_code ignored;
    const Instant first_request_by = after(std::min(owner.host.options.newcomer_grace, grace));
    owner.host.is_draining = true;
    owner.host.first_request_by = first_request_by;
    owner.acceptor.close(ignored);
    for (Connected* connection : owner.host.connections.all()) {
        if (!connection->is_idle || connection->has_bytes()) continue;
        if (connection->has_asked) {
            connection->socket.close(ignored);
        } else {
            connection->deadline = std::min(connection->deadline, first_request_by);
        }
    }
}

void close_all(IoThread& owner) {
    error_code ignored;
    for (Connected* connection : owner.host.connections.all()) {
        connection->socket.close(ignored);
        if (connection->alarm != nullptr) connection->alarm->cancel();
    }
}

}  // namespace

class HttpServer::Impl {
public:
    Impl(HttpServerOptions chosen, HttpHandler& handler, ServerQueues queues)
        : options(std::move(chosen)), limits(options.connections_max, options.max_client_connections) {
        for (int i = 0; i < std::max(options.io_threads, 1); ++i) {
            threads.push_back(std::make_unique<IoThread>(SessionHost{options, handler, queues, bodies}));
        }
    }

    base::Result<void> bind() {
        error_code ec;
        const auto wanted = asio::ip::make_address(options.listen.host, ec);
        tcp::endpoint endpoint(wanted, options.listen.port);
        const bool shares_port = threads.size() > 1;
        // SO_REUSEPORT would also succeed beside another program that uses it, so this first asks
        // whether the port is free.
        if (!ec && shares_port && endpoint.port() != 0) {
            tcp::acceptor probe(threads.front()->io);
            ec = bind_listener(probe, endpoint, false);
        }
        for (const auto& each : threads) {
            if (!ec) ec = bind_listener(each->acceptor, endpoint, shares_port);
            if (!ec) endpoint.port(each->acceptor.local_endpoint(ec).port());
        }
        if (!ec) address = {endpoint.address().to_string(), endpoint.port()};
        if (!ec) return {};
        const bool is_taken = ec == asio::error::address_in_use;
        return base::fail(base::Errc::invalid_input,
                          "cannot listen on " + options.listen.text() + ": " + ec.message() +
                              (is_taken ? "; stop what runs there or set LISTEN" : "; set LISTEN"));
    }

    base::Result<void> adopt(int listening_socket) {
        error_code ec;
        tcp::endpoint endpoint;
        for (const auto& each : threads) {
            if (!ec) ec = adopt_listener(each->acceptor, listening_socket);
            if (!ec) endpoint = each->acceptor.local_endpoint(ec);
        }
        if (ec) {
            return base::fail(base::Errc::invalid_input, "the socket that was handed over cannot be used: " +
                                                             ec.message() + "; it must be a listening TCP socket");
        }
        address = {endpoint.address().to_string(), endpoint.port()};
        return {};
    }

    const HttpServerOptions options;
    ConnectionLimits limits;
    BodyBudget bodies{options.bodies_bytes_max};
    std::vector<std::unique_ptr<IoThread>> threads;
    ListenAddress address;
    bool is_running = false;
};

int own_processors() {
    cpu_set_t set;
    CPU_ZERO(&set);
    // The call fails on machines with more processors than the set has room for.
    const bool is_known = sched_getaffinity(0, sizeof set, &set) == 0;
    return std::max(is_known ? CPU_COUNT(&set) : static_cast<int>(std::thread::hardware_concurrency()), 1);
}

HttpServer::HttpServer(HttpServerOptions options, HttpHandler& handler, ServerQueues queues)
    : impl_(std::make_unique<Impl>(std::move(options), handler, queues)) {}

HttpServer::~HttpServer() {
    stop(base::Millis{0});
}

std::uint16_t HttpServer::port() const {
    return impl_->address.port;
}

const ListenAddress& HttpServer::address() const {
    return impl_->address;
}

ConnectionStatistics HttpServer::connections() const {
    return impl_->limits.figures();
}

bool HttpServer::responds(base::Deadline deadline) {
    std::vector<std::future<void>> answers;
    for (const auto& each : impl_->threads) {
        auto answer = std::make_shared<std::promise<void>>();
        answers.push_back(answer->get_future());
        asio::post(each->io, [answer] { answer->set_value(); });
    }
    return std::all_of(answers.begin(), answers.end(), [deadline](const std::future<void>& answer) {
        return answer.wait_until(deadline.at()) == std::future_status::ready;
    });
}

base::Result<void> HttpServer::start(std::optional<int> listening_socket) {
    TRY(listening_socket ? impl_->adopt(*listening_socket) : impl_->bind());
    impl_->is_running = true;
    for (const auto& each : impl_->threads) {
        IoThread& owner = *each;
        asio::co_spawn(owner.io, accept_connections(owner, impl_->limits),
                       [&owner](std::exception_ptr) { owner.last_accepted.set_value(); });
        schedule_sweep(owner);
        owner.thread = std::thread([&owner] {
            pthread_setname_np(pthread_self(), "http-io");
            owner.io.run();
        });
    }
    return {};
}

void HttpServer::stop(base::Millis grace) {
    if (!impl_->is_running) return;
    impl_->is_running = false;
    for (const auto& each : impl_->threads) {
        asio::post(each->io, [&owner = *each, grace] { drain(owner, grace); });
    }
    // After this loop every accepted connection is counted in `limits`.
    for (const auto& each : impl_->threads)
        each->last_accepted.get_future().wait();
    // After the grace connections are closed. Their handlers still end on the queues before these
    // threads do, because a job refers to its connection's frame.
    while (!impl_->limits.wait_for_none(grace)) {
        for (const auto& each : impl_->threads) {
            asio::post(each->io, [&owner = *each] { close_all(owner); });
        }
        grace = base::Millis{1000};
    }
    for (const auto& each : impl_->threads) {
        asio::post(each->io, [&owner = *each] {
            owner.is_over = true;
            owner.sweep_timer.cancel();
        });
        each->thread.join();
    }
}

}  // namespace llmapikey::net
