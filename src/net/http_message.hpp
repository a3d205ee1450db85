#pragma once

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <optional>
#include <string>

#include "net/http_types.hpp"

// Between Beast's messages and ours; private to net/.
namespace llmapikey::net {

using RequestParser = boost::beast::http::request_parser<boost::beast::http::string_body>;

// Ours from a complete message. `peer_address` as in Request.
Request to_request(RequestParser& parser, const std::string& peer_address);

// Whether the head is fit to be handled: origin-form target, exactly one Host (HTTP/1.0: at most one).
bool is_well_formed(const RequestParser& parser);

enum class Connection {
    keep,
    close,
    close_at_end,  // as close, and nothing but that ends the body: for clients that know no chunks
};

// Status line and headers with the empty line behind them, Content-Length (or chunked coding), Date and Connection
// included. Control characters in names and values are left out, so that no value can begin a line of its own.
std::string to_head(const Response& response, Connection connection);

// The body as it goes out, for anything but `chunks`.
std::string_view body_of(const Response& response);

}  // namespace llmapikey::net
