#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <string>

#include "net/http_message.hpp"
#include "net/http_session.hpp"

// Sending responses; private to net/. Everything runs on the connection's own thread.
namespace llmapikey::net {

// Sends a whole response, with the `misbehavior` that it asks for. An error means that the client
// has gone or a deadline has passed; the connection can then only be closed.
boost::asio::awaitable<boost::system::error_code> write_response(const HttpServerOptions& options,
                                                                 Connected& connection, const Response& response,
                                                                 bool is_head, Connection then);

// Sends as much of a cached response as the kernel accepts at once, and returns the rest. The rest
// is empty if everything was sent, or if the connection failed (`ec`). Does not block.
std::string send_ready(Connected& connection, const ReadyResponse& answer, Connection then,
                       boost::system::error_code& ec);
// Sends the rest that send_ready() returned.
boost::asio::awaitable<boost::system::error_code> write_rest(const HttpServerOptions& options, Connected& connection,
                                                             std::string rest);

}  // namespace llmapikey::net
