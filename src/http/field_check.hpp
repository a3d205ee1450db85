#pragma once

#include <string_view>

#include "base/result.hpp"
#include "http/route.hpp"

namespace llmapikey {

// Returns invalid_input, which names the wrong field and a similar known one, if a field is unknown
// or malformed. Unknown fields in the query count only under /admin and /api/v1: elsewhere other
// sites and programs add their own to links.
base::Result<void> check_fields(const RouteFields& fields, const net::Request& request);

// Returns whether every field of a query can be decoded.
bool is_decodable(std::string_view query);

}  // namespace llmapikey
