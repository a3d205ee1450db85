#pragma once

#include "base/clock.hpp"
#include "net/http_client.hpp"

namespace llmapikey::net {

// Value of Retry-After (RFC 9110 section 10.2.3) in seconds, at most an hour; 0 if absent,
// malformed or over. A date counts from the answer's own Date, so that clocks that disagree do no
// harm, or else from `now`.
base::Seconds retry_after_of(const ClientResponse& response, base::Timestamp now = base::SystemClock().now());

}  // namespace llmapikey::net
