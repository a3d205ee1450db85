#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "base/work_queue.hpp"
#include "net/http_types.hpp"

namespace llmapikey::net {

struct ListenAddress {
    std::string host;  // numeric IPv4, or IPv6 without brackets
    std::uint16_t port = 0;
    // Parses "127.0.0.1:3000" or "[::1]:3000"; a host "localhost" is 127.0.0.1.
    static base::Result<ListenAddress> parse(std::string_view text);
    // Returns whether this process could listen there now; false if the address is in use.
    // invalid_input: listening is impossible; the detail says why.
    base::Result<bool> is_free() const;
    std::string text() const;
};

// Returns how many processors this process may use, at least 1. CPU affinity is respected.
int own_processors();

struct HttpServerOptions {
    ListenAddress listen;
    int io_threads = 1;
    std::size_t connections_max = 10'000;        // in all; one more displaces a connection that waits for a request
    std::size_t max_client_connections = 2'500;  // of one client (IPv6: of one /64); 0: any number
    // Returns whether the peer address (numeric) is a proxy's, whose connections are not one
    // client's. May be empty. Must be thread-safe.
    std::function<bool(std::string_view)> is_proxy;
    std::uint32_t header_bytes_max = 16 * 1024;
    std::uint64_t body_bytes_max = 64 * 1024;
    std::uint64_t bodies_bytes_max = 64 * 1024 * 1024;  // of all bodies that are received or answered at one time
    base::Millis header_timeout{10'000};                // also for the first byte of a connection
    base::Millis body_timeout{30'000};
    base::Millis write_timeout{30'000};
    base::Millis idle_timeout{75'000};         // longer than the 60 s after which most proxies close an idle connection
    base::Millis stream_timeout{120'000};      // whole duration of a body that is produced while it is sent
    base::Millis stream_idle_timeout{30'000};  // the same body, without a byte
    base::Millis newcomer_grace{500};          // while the server stops: for the first request of a new connection
    base::Millis queue_timeout{5'000};  // a request that waits longer for a worker is answered 503 without running
};

// How many connections are open, and how many were refused or displaced for want of room.
struct ConnectionStatistics {
    std::uint64_t open = 0, limit = 0;
    std::uint64_t refused_in_all = 0, refused_of_client = 0;  // by connections_max, by max_client_connections
    std::uint64_t displaced = 0;                              // closed to make room for another
};

// The queue of each Executor except io. Several may be the same object.
struct ServerQueues {
    base::WorkQueue& database;
    base::WorkQueue& upstream;
    base::WorkQueue& identity;
    base::WorkQueue& mint;
    base::WorkQueue& lasting;
};

// HTTP/1.1 over plain TCP, with one io_context and one SO_REUSEPORT listener per I/O thread. It
// supports keep-alive and HEAD, and has limits and a deadline for every read and write. TLS is the
// reverse proxy's job.
class HttpServer {
public:
    // All arguments must outlive the server. The queues must be stopped after the server, because
    // the server tells a body's producer that nobody reads any more.
    HttpServer(HttpServerOptions options, HttpHandler& handler, ServerQueues queues);
    ~HttpServer();  // calls stop(0)
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // Binds and starts the threads. invalid_input: the address cannot be bound (in use, not ours);
    // the detail says which. With `listening_socket`, which the caller keeps, all threads accept
    // from that socket instead. invalid_input: it is no listening TCP socket.
    base::Result<void> start(std::optional<int> listening_socket = {});
    // Returns the address after start(): with the assigned port if port 0 was asked for, and the
    // address of a socket that was passed in.
    const ListenAddress& address() const;
    std::uint16_t port() const;
    ConnectionStatistics connections() const;
    // Returns whether every I/O thread ran a task before the deadline, that is, none hangs. Valid
    // only while the server runs.
    bool responds(base::Deadline deadline);
    // Stops accepting and closes idle connections. Requests in flight may finish for up to `grace`,
    // and new connections may begin one for a part of it. Then closes the rest and joins the
    // threads. Idempotent. Must not be called from a handler.
    void stop(base::Millis grace);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace llmapikey::net
