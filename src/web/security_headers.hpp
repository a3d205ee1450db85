#pragma once

#include "net/http_types.hpp"

namespace llmapikey::web {

// What every answer carries: a content policy without inline script or style, and what keeps other sites out.
void add_security_headers(net::Response& response, bool is_https);

}  // namespace llmapikey::web
