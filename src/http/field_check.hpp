#pragma once

#include <string_view>

#include "base/result.hpp"
#include "http/route.hpp"

namespace llmapikey {

// invalid_input, naming the field and, where a known one is like it, that one. Unknown fields in
// the address count only under /admin and /api/v1: elsewhere other sites and programs add their own
// to links.
base::Result<void> check_fields(const RouteFields& fields, const net::Request& request);

// Whether every field of a query can be decoded.
bool is_decodable(std::string_view query);

}  // namespace llmapikey
