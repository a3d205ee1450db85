#pragma once

#include "base/clock.hpp"
#include "net/http_client.hpp"

namespace llmapikey::net {

// Value of Retry-After in seconds, at most an hour; 0 if absent or a date (which none of our upstreams sends).
base::Seconds retry_after_of(const ClientResponse& response);

}  // namespace llmapikey::net
