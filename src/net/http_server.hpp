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
    // "127.0.0.1:3000", "[::1]:3000"
    static base::Result<ListenAddress> parse(std::string_view text);
    // Whether this process could listen there now; false: somebody does already. invalid_input: no,
    // and why.
    base::Result<bool> is_free() const;
    std::string text() const;
};

// How many processors this process may use, at least 1: fewer than the machine has where it is
// bound to some of them.
int own_processors();

struct HttpServerOptions {
    ListenAddress listen;
    int io_threads = 1;
    std::size_t connections_max = 10'000;        // in all; for one more, another that has sent no whole request must go
    std::size_t max_client_connections = 2'500;  // of one client (IPv6: of one /64); 0: any number
    // Whose connections (peer address, numeric) are not one client's: those of proxies. May be
    // empty. Thread-safe.
    std::function<bool(std::string_view)> is_proxy;
    std::uint32_t header_bytes_max = 16 * 1024;
    std::uint64_t body_bytes_max = 64 * 1024;
    std::uint64_t bodies_bytes_max = 64 * 1024 * 1024;  // of all bodies that are received or answered at one time
    base::Millis header_timeout{10'000};                // also for the first byte of a connection
    base::Millis body_timeout{30'000};
    base::Millis write_timeout{30'000};
    base::Millis idle_timeout{75'000};     // longer than the 60 s after which most proxies close an idle connection
    base::Millis stream_timeout{120'000};  // a body that is produced while it is sent, from its beginning to its end
    base::Millis stream_idle_timeout{30'000};  // likewise, without a byte
    base::Millis newcomer_grace{500};   // while it stops: for a first request of whoever has connected just before
    base::Millis queue_timeout{5'000};  // a request that waits longer for a worker is answered 503 without running
};

// How many connections there are, and what has become of those for which there was no room.
struct ConnectionStatistics {
    std::uint64_t open = 0, limit = 0;
    std::uint64_t refused_in_all = 0, refused_of_client = 0;  // connections_max, max_client_connections
    std::uint64_t displaced = 0;                              // closed to make room for another
};

// The threads of each Executor but io. Several may be the same object.
struct ServerQueues {
    base::WorkQueue& database;
    base::WorkQueue& upstream;
    base::WorkQueue& identity;
    base::WorkQueue& mint;
    base::WorkQueue& lasting;
};

// HTTP/1.1 over plain TCP: one io_context and one SO_REUSEPORT listener per I/O thread. Keep-alive,
// HEAD, limits and a deadline on every read and write. TLS belongs to the reverse proxy.
class HttpServer {
public:
    // All must outlive the server, and the queues be stopped after it: a producer of a body learns
    // from the server that nobody reads any more.
    HttpServer(HttpServerOptions options, HttpHandler& handler, ServerQueues queues);
    ~HttpServer();  // as stop(0)
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;

    // Binds and starts the threads. invalid_input: the address cannot be bound (in use, not ours);
    // says which. With `listening_socket`, which stays the caller's, all threads accept from that
    // one instead; invalid_input: it is no listening TCP socket.
    base::Result<void> start(std::optional<int> listening_socket = {});
    // Where it listens, once started: the port that was given for port 0, and what a socket was
    // bound to.
    const ListenAddress& address() const;
    std::uint16_t port() const;
    ConnectionStatistics connections() const;
    // Whether each of its threads does something else than hang. Only while it runs.
    bool responds(base::Deadline deadline);
    // Stops accepting, closes idle connections, lets requests in flight finish for up to `grace`,
    // and those that have sent nothing yet begin one for a part of it; then closes the rest and
    // joins the threads. Idempotent. Not from a handler.
    void stop(base::Millis grace);

private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace llmapikey::net
