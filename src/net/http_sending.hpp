#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <string>

#include "net/http_message.hpp"
#include "net/http_session.hpp"

// Answers on their way out; private to net/. On the connection's own thread.
namespace llmapikey::net {

// Sends a whole answer, or misbehaves as it says. An error if the client has gone or a deadline has
// passed; then the connection can only be closed.
boost::asio::awaitable<boost::system::error_code> write_response(const HttpServerOptions& options,
                                                                 Connected& connection, const Response& response,
                                                                 bool is_head, Connection then);

// Sends what the kernel takes at once of an answer that stands ready, and gives the rest: empty if
// that was all, or if the connection has failed (`ec`). Does not block.
std::string send_ready(Connected& connection, const ReadyResponse& answer, Connection then,
                       boost::system::error_code& ec);
// Sends such a rest.
boost::asio::awaitable<boost::system::error_code> write_rest(const HttpServerOptions& options, Connected& connection,
                                                             std::string rest);

}  // namespace llmapikey::net
