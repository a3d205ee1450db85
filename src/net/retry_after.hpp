#pragma once

#include "base/clock.hpp"
#include "net/http_client.hpp"

namespace llmapikey::net {

// Returns the value of Retry-After (RFC 9110 section 10.2.3) in seconds, at most an hour; 0 if
// absent, malformed or past. A date is compared with the response's own Date header, so that
// differing clocks do no harm, or else with `now`.
base::Seconds retry_after_of(const ClientResponse& response, base::Timestamp now = base::SystemClock().now());

}  // namespace llmapikey::net
