#pragma once

#include <boost/json/object.hpp>

#include "tokens/api_tokens.hpp"

namespace llmapikey {

// API tokens as the JSON API and the commands' --json show them (web/openapi/openapi.json). No raw
// key, sealed or not, is ever among them. Amounts are numbers of US dollars, times RFC 3339 in UTC.
boost::json::object to_json(const ApiToken& token);

}  // namespace llmapikey
