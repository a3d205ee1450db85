#include "keys/grant_json.hpp"

#include "base/encoding.hpp"
#include "base/json_values.hpp"

namespace llmapikey {

namespace json = boost::json;

json::object to_own_json(const Grant& grant) {
    json::object object;
    object["id"] = grant.id;
    object["github_user_id"] = grant.github_user_id.text();
    object["github_username"] = grant.github_username;
    object["status"] = to_text(grant.status);
    object["hint"] = grant.key_hint;
    object["disabled"] = grant.is_disabled;
    object["synchronized"] = grant.unsynced.empty();
    object["missing"] = grant.missing_since.has_value();
    object["daily_limit_usd"] = grant.daily_limit.usd();
    object["spent_usd"] = grant.spent.usd();
    object["spent_as_of"] = base::time_or_null(grant.spent_as_of);
    object["last_used_at"] = base::time_or_null(grant.last_used_at);
    object["created_at"] = base::to_rfc3339(grant.created_at);
    object["expires_at"] = base::to_rfc3339(grant.expires_at);
    return object;
}

json::object to_json(const Grant& grant) {
    return to_own_json(grant);
}

json::object to_json(const LedgerEntry& entry) {
    json::object object;
    object["id"] = entry.grant.id;
    object["github_user_id"] = entry.grant.github_user_id.text();
    object["github_username"] = entry.grant.github_username;
    object["status"] = entry.ended_at ? "revoked" : "revoking";
    object["hint"] = entry.grant.key_hint;
    object["daily_limit_usd"] = entry.grant.daily_limit.usd();
    object["created_at"] = base::to_rfc3339(entry.grant.created_at);
    object["expires_at"] = base::to_rfc3339(entry.grant.expires_at);
    object["actor"] = entry.actor;
    object["reason"] = entry.reason;
    object["begun_at"] = base::to_rfc3339(entry.begun_at);
    object["ended_at"] = base::time_or_null(entry.ended_at);
    object["attempts"] = entry.attempts;
    object["stuck"] = is_stuck(entry);
    object["problem"] = entry.ended_at ? "" : entry.problem;
    object["next_attempt_at"] = entry.ended_at ? json::value(nullptr) : base::time_or_null(entry.next_attempt_at);
    return object;
}

json::value to_json(const std::optional<Hold>& hold) {
    if (!hold) return nullptr;
    return json::object{{"until", base::time_or_null(hold->until)}, {"reason", hold->reason}};
}

json::object to_json(const Account& account, const std::vector<LedgerEntry>& ledger) {
    json::object object{{"key", nullptr}, {"hold", to_json(account.hold)}};
    if (account.grant) object["key"] = to_json(*account.grant);
    object["ended"] = base::json_list(ledger);
    return object;
}

}  // namespace llmapikey
