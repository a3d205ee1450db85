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

// Runs the producer on `queue` for at most `most`. Returns the reading end, or null if the queue is
// full. When the reading end is destroyed, the producer learns that nobody reads any more.
std::shared_ptr<BodyStream> start_producing(base::WorkQueue& queue, BodyProducer producer, base::Millis most);

// Returns whether the client has closed its side or the connection is broken. Use it only while
// nothing is read from the connection. Does not block.
bool has_peer_gone(boost::asio::ip::tcp::socket& socket);

// Sends a body as it is produced, after the head; in chunks unless the close ends the body. An
// error means that the client has gone, a deadline has passed or the body broke off. The stream has
// no reader afterwards.
boost::asio::awaitable<boost::system::error_code> write_stream(const HttpServerOptions& options, Connected& connection,
                                                               std::shared_ptr<BodyStream> stream, Connection then);

}  // namespace llmapikey::net
