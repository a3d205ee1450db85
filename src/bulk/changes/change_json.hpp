#pragma once

#include <boost/json/object.hpp>

#include "bulk/changes/bulk_change.hpp"

namespace llmapikey {

// Bulk changes as the JSON API shows them (web/openapi/openapi.json).
boost::json::object to_json(const BulkChange& change);
boost::json::object to_json(const ChangeTarget& target);

}  // namespace llmapikey
