#pragma once

#include <boost/json/object.hpp>

#include "bulk/bulk_revocation.hpp"

namespace llmapikey {

// Bulk revocations as the JSON API and the commands' --json show them (web/openapi/openapi.json).
// No raw key, sealed or not, is ever among them. Amounts are numbers of US dollars, times RFC 3339
// in UTC.
boost::json::object to_json(const BulkRevocation& bulk);

}  // namespace llmapikey
