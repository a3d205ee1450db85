#pragma once

#include <string>

#include "http/context.hpp"

// What becomes of a request whose Idempotency-Key came before.
namespace llmapikey {

// The first request is not done, or was interrupted and counts as dead within this time.
net::Response under_way_response(const Context& context, base::Seconds ends_within);

// The answer of the first request once more. 410: the secret that it shows is none any more.
// Showing a token or the secret of a webhook again is recorded.
net::Response replay(const Handlers& handlers, const Context& context, int status, const std::string& body);

}  // namespace llmapikey
