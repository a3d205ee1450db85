#include "audit/audit_json.hpp"

#include "base/encoding.hpp"
#include "base/json_values.hpp"

namespace llmapikey {

namespace json = boost::json;

json::object to_json(const ChainedEntry& link) {
    json::object object;
    object["sequence"] = link.sequence;
    object["at"] = base::to_rfc3339(link.entry.at);
    object["actor"] = link.entry.actor;
    object["action"] = link.entry.action;
    object["subject"] = link.entry.subject;
    object["origin"] = link.entry.origin;
    object["outcome"] = link.entry.outcome;
    object["detail"] = link.entry.detail;
    object["hash"] = link.hash;
    return object;
}

}  // namespace llmapikey
