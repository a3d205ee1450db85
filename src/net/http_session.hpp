#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "net/connection_limits.hpp"
#include "net/http_connections.hpp"
#include "net/http_message.hpp"
#include "net/http_server.hpp"

// Serving one connection of the HTTP server; private to net/.
namespace llmapikey::net {

// What the connections of one I/O thread share. Touched on that thread only.
struct SessionHost {
    const HttpServerOptions& options;
    HttpHandler& handler;
    ServerQueues queues;
    BodyBudget& bodies;
    Connections connections{};
    IncomingMessages messages{};
    Pressure pressure{};
    bool is_draining = false;
    Instant first_request_by{};  // once it drains: of connections that have sent nothing yet
};

// Serves one connection until it ends. `host` must outlive it.
boost::asio::awaitable<void> serve_connection(SessionHost& host, boost::asio::ip::tcp::socket socket);

}  // namespace llmapikey::net
