#include "bulk/bulk_json.hpp"

#include "base/encoding.hpp"
#include "base/json_values.hpp"
#include "keys/grant_json.hpp"

namespace llmapikey {

namespace json = boost::json;

json::object to_json(const BulkRevocation& bulk) {
    json::object object;
    object["id"] = bulk.id;
    object["state"] = to_text(bulk.state);
    object["total"] = bulk.total;
    object["remaining"] = bulk.remaining;
    object["stuck"] = bulk.stuck;
    object["actor"] = bulk.by.actor;
    object["reason"] = bulk.reason;
    object["hold"] = to_json(bulk.hold);
    object["created_at"] = base::to_rfc3339(bulk.created_at);
    object["begins_at"] = base::to_rfc3339(bulk.begins_at);
    object["ended_at"] = base::time_or_null(bulk.ended_at);
    object["stopped_at"] = base::time_or_null(bulk.stopped_at);
    object["stopped_by"] = bulk.stopped_by;
    object["problem"] = bulk.problem;
    return object;
}

}  // namespace llmapikey
