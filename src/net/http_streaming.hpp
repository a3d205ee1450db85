#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/error_code.hpp>
#include <memory>

#include "base/work_queue.hpp"
#include "net/body_stream.hpp"
#include "net/http_message.hpp"
#include "net/http_session.hpp"

// Bodies that are produced while they are sent; private to net/.
namespace llmapikey::net {

// Lets the producer run on `queue`, for at most `most`; null if the queue takes no more. What is
// returned is the reading end: when it goes, the producer learns that nobody reads any more.
std::shared_ptr<BodyStream> start_producing(base::WorkQueue& queue, BodyProducer producer, base::Millis most);

// Whether the client has closed its side, or the connection is broken. For a connection from which
// nothing is read at the time. Does not block.
bool has_peer_gone(boost::asio::ip::tcp::socket& socket);

// Sends a body, whose head has gone out, as it comes; in chunks unless it is to end with the
// connection. An error if the client has gone, a deadline has passed or the body broke off. Nobody
// can read the stream afterwards.
boost::asio::awaitable<boost::system::error_code> write_stream(const HttpServerOptions& options, Connected& connection,
                                                               std::shared_ptr<BodyStream> stream, Connection then);

}  // namespace llmapikey::net
