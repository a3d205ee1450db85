#pragma once

#include <boost/json/object.hpp>

#include "tokens/api_tokens.hpp"

namespace llmapikey {

// Returns a token as the JSON API shows it (web/openapi/openapi.json), without its text. Times are
// RFC 3339 in UTC.
boost::json::object to_json(const ApiToken& token);

}  // namespace llmapikey
