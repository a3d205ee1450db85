#pragma once

#include <boost/json/object.hpp>

#include "audit/audit_log.hpp"

namespace llmapikey {

// Converts an entry of the audit log for the JSON API and the commands' --json
// (web/openapi/openapi.json). It never contains a raw key, sealed or not. Times are RFC 3339 in
// UTC.
boost::json::object to_json(const ChainedEntry& link);

}  // namespace llmapikey
