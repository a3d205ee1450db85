#pragma once

#include <string>

#include "http/context.hpp"

// Answers requests whose Idempotency-Key was used before.
namespace llmapikey {

// Answers that the first request is not done yet. If it was interrupted, it counts as dead after
// `ends_within`.
net::Response under_way_response(const Context& context, base::Seconds ends_within);

// Repeats the answer of the first request. 410: the secret that the answer shows is no longer
// valid. Showing a token or a webhook's secret again is recorded in the audit log.
net::Response replay(const Handlers& handlers, const Context& context, int status, const std::string& body);

}  // namespace llmapikey
