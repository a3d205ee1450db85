#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "net/connection_limits.hpp"
#include "net/http_connections.hpp"
#include "net/http_message.hpp"
#include "net/http_server.hpp"

// Serves one connection of the HTTP server; private to net/.
namespace llmapikey::net {

// What the connections of one I/O thread share. Only that thread touches this object.
struct SessionHost {
    const HttpServerOptions& options;
    HttpHandler& handler;
    ServerQueues queues;
    BodyBudget& bodies;
    Connections connections{};
    IncomingMessages messages{};
    Pressure pressure{};
    bool is_draining = false;
    Instant first_request_by{};  // while draining: deadline of connections that have sent nothing yet
};

// Serves one connection until it ends. `host` must outlive the coroutine.
boost::asio::awaitable<void> serve_connection(SessionHost& host, boost::asio::ip::tcp::socket socket);

}  // namespace llmapikey::net
