#include "bulk/changes/change_json.hpp"

#include "base/encoding.hpp"
#include "base/json_values.hpp"

namespace llmapikey {

boost::json::object to_json(const BulkChange& change) {
    boost::json::object object;
    object["id"] = change.id;
    object["act"] = to_text(change.act);
    object["daily_limit_usd"] = base::amount_or_null(change.cap);
    object["state"] = change.is_done ? "done" : "working";
    object["total"] = change.total;
    object["done"] = change.done;
    object["skipped"] = change.skipped;
    object["failed"] = change.failed;
    object["waiting"] = change.waiting();
    object["actor"] = change.by.actor;
    object["reason"] = change.reason;
    object["created_at"] = base::to_rfc3339(change.created_at);
    object["begins_at"] = base::to_rfc3339(change.begins_at);
    object["ended_at"] = base::time_or_null(change.ended_at);
    object["stopped_at"] = base::time_or_null(change.stopped_at);
    object["stopped_by"] = change.stopped_by;
    object["problem"] = change.problem;
    return object;
}

boost::json::object to_json(const ChangeTarget& target) {
    boost::json::object object;
    object["id"] = target.grant_id;
    object["github_user_id"] = target.account.text();
    object["github_username"] = target.login;
    object["state"] = to_text(target.state);
    object["why"] = target.why;
    object["tries"] = target.tries;
    object["next_attempt_at"] = target.state == TargetState::waiting
                                    ? boost::json::value(base::to_rfc3339(target.next_at))
                                    : boost::json::value(nullptr);
    return object;
}

}  // namespace llmapikey
