#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <memory>
#include <set>

#include "net/http_message.hpp"
#include "net/http_server.hpp"

// Connections of the HTTP server; private to net/.
namespace llmapikey::net {

using Instant = std::chrono::steady_clock::time_point;

// One connection, as the thread that owns it sees it. Touched on that thread only.
struct Connected {
    explicit Connected(boost::asio::ip::tcp::socket accepted) : socket(std::move(accepted)) {}
    boost::asio::ip::tcp::socket socket;
    Instant deadline = Instant::max();  // of the operation under way; the sweep cancels what is late
    bool is_late = false;
    boost::asio::steady_timer* alarm = nullptr;  // cancelled to wake a wait that is not one for the socket
    bool is_deserted = false;                    // the client went during such a wait
    bool is_idle = true;                         // between requests
};

// What the connections of one I/O thread share. Touched on that thread only.
struct SessionHost {
    const HttpServerOptions& options;
    HttpHandler& handler;
    ServerQueues queues;
    std::set<Connected*> connections{};
    IncomingMessages messages{};
    bool is_draining = false;
};

// Serves one connection until it ends. `host` must outlive it.
boost::asio::awaitable<void> serve_connection(SessionHost& host, boost::asio::ip::tcp::socket socket);

}  // namespace llmapikey::net
