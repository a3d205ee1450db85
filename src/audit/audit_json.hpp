#pragma once

#include <boost/json/object.hpp>

#include "audit/audit_log.hpp"

namespace llmapikey {

// Entries of the audit log as the JSON API and the commands' --json show them
// (web/openapi/openapi.json). No raw key, sealed or not, is ever among them. Amounts are numbers of
// US dollars, times RFC 3339 in UTC.
boost::json::object to_json(const ChainedEntry& link);

}  // namespace llmapikey
