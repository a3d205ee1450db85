#pragma once

#include <boost/json/object.hpp>

#include "insight/overview.hpp"

namespace llmapikey {

// The figures of the overview as the JSON API and the commands' --json show them
// (web/openapi/openapi.json). No raw key, sealed or not, is ever among them. Amounts are numbers of
// US dollars, times RFC 3339 in UTC.
boost::json::object to_json(const Overview& overview);

}  // namespace llmapikey
