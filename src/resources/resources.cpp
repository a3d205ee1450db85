#include "resources/resources.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"

namespace llmapikey::resources {
namespace {

namespace json = boost::json;

json::value time_or_null(const std::optional<base::Timestamp>& time) {
    if (!time) return nullptr;
    return json::string(base::to_rfc3339(*time));
}

json::value amount_or_null(const std::optional<base::MicroUsd>& amount) {
    if (!amount) return nullptr;
    return amount->usd();
}

json::object to_json(const service::DayFigures& day) {
    return {{"day", day.day}, {"issued", day.issued}, {"ended", day.ended}, {"spent_usd", day.spent.usd()}};
}

json::object to_json(const service::Failure& failure) {
    return {{"what", failure.what},
            {"first_at", base::to_rfc3339(failure.first_at)},
            {"last_at", base::to_rfc3339(failure.last_at)},
            {"times", failure.times}};
}

}  // namespace

std::string to_text(const json::value& value) {
    return base::to_valid_utf8(json::serialize(value));
}

json::object to_json(const domain::Grant& grant) {
    json::object object;
    object["id"] = grant.id;
    object["github_user_id"] = grant.github_user_id.text();
    object["github_username"] = grant.github_username;
    object["status"] = domain::to_text(grant.status);
    object["hint"] = grant.key_hint;
    object["disabled"] = grant.is_disabled;
    object["synchronized"] = grant.unsynced.empty();
    object["missing"] = grant.missing_since.has_value();
    object["daily_limit_usd"] = grant.daily_limit.usd();
    object["spent_usd"] = grant.spent.usd();
    object["spent_as_of"] = time_or_null(grant.spent_as_of);
    object["last_used_at"] = time_or_null(grant.last_used_at);
    object["created_at"] = base::to_rfc3339(grant.created_at);
    object["expires_at"] = base::to_rfc3339(grant.expires_at);
    return object;
}

json::object to_json(const service::LedgerEntry& entry) {
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
    object["ended_at"] = time_or_null(entry.ended_at);
    object["attempts"] = entry.attempts;
    object["stuck"] = service::is_stuck(entry);
    object["problem"] = entry.ended_at ? "" : entry.problem;
    object["next_attempt_at"] = entry.ended_at ? json::value(nullptr) : time_or_null(entry.next_attempt_at);
    return object;
}

json::value to_json(const std::optional<domain::Hold>& hold) {
    if (!hold) return nullptr;
    return json::object{{"until", time_or_null(hold->until)}, {"reason", hold->reason}};
}

json::object to_json(const service::Account& account, const std::vector<service::LedgerEntry>& ledger) {
    json::object object{{"key", nullptr}, {"hold", to_json(account.hold)}};
    if (account.grant) object["key"] = to_json(*account.grant);
    json::array ended;
    for (const service::LedgerEntry& entry : ledger)
        ended.push_back(to_json(entry));
    object["ended"] = std::move(ended);
    return object;
}

json::object to_json(const service::ChainedEntry& link) {
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

json::object to_json(const service::BulkRevocation& bulk) {
    json::object object;
    object["id"] = bulk.id;
    object["state"] = service::to_text(bulk.state);
    object["total"] = bulk.total;
    object["remaining"] = bulk.remaining;
    object["stuck"] = bulk.stuck;
    object["actor"] = bulk.by.actor;
    object["reason"] = bulk.reason;
    object["hold"] = to_json(bulk.hold);
    object["created_at"] = base::to_rfc3339(bulk.created_at);
    object["begins_at"] = base::to_rfc3339(bulk.begins_at);
    object["ended_at"] = time_or_null(bulk.ended_at);
    object["stopped_at"] = time_or_null(bulk.stopped_at);
    object["stopped_by"] = bulk.stopped_by;
    object["problem"] = bulk.problem;
    return object;
}

json::object to_json(const service::ApiToken& token) {
    json::object object;
    object["id"] = token.id;
    object["name"] = token.name;
    object["hint"] = token.hint;
    json::array scopes;
    for (const service::Scope scope : token.scopes)
        scopes.push_back(json::string(service::to_text(scope)));
    object["scopes"] = std::move(scopes);
    object["created_at"] = base::to_rfc3339(token.created_at);
    object["expires_at"] = base::to_rfc3339(token.expires_at);
    object["revoked_at"] = time_or_null(token.revoked_at);
    object["used_at"] = time_or_null(token.used_at);
    return object;
}

json::object to_json(const service::WebhookEndpoint& endpoint) {
    json::array events;
    for (const std::string& event : endpoint.events)
        events.push_back(json::string(event));
    return {{"id", endpoint.id},
            {"url", endpoint.url},
            {"events", std::move(events)},
            {"enabled", endpoint.is_enabled},
            {"created_at", base::to_rfc3339(endpoint.created_at)},
            {"former_secret_until", time_or_null(endpoint.former_until)},
            {"failures", endpoint.health.failures},
            {"failing_since", time_or_null(endpoint.health.failing_since)}};
}

json::object to_json(const service::WebhookDelivery& delivery) {
    json::object object;
    object["id"] = delivery.id;
    object["endpoint_id"] = delivery.endpoint_id;
    object["event_id"] = delivery.event.id;
    object["type"] = delivery.event.type;
    object["state"] = service::to_text(delivery.state);
    object["attempts"] = delivery.attempts;
    object["next_at"] = base::to_rfc3339(delivery.next_at);
    object["updated_at"] = base::to_rfc3339(delivery.updated_at);
    object["problem"] = delivery.problem;
    return object;
}

json::object to_json(const service::Overview& overview) {
    json::object object;
    object["now"] = base::to_rfc3339(overview.now);
    object["live"] = overview.counts.live;
    object["waiting"] = overview.counts.waiting;
    object["pending"] = overview.counts.pending;
    object["ambiguous"] = overview.counts.ambiguous;
    object["revoking"] = overview.counts.revoking;
    object["replacing"] = overview.counts.replacing;
    object["disabled"] = overview.counts.disabled;
    object["missing"] = overview.counts.missing;
    object["usable"] = overview.usable_keys;
    object["expired"] = overview.expired_keys;
    object["room"] = overview.room ? json::value(*overview.room) : json::value(nullptr);
    object["exposure_per_day_usd"] = amount_or_null(overview.exposure_per_day);
    object["exposure_until_expiry_usd"] = amount_or_null(overview.exposure_until_expiry);
    object["last_expiry"] = time_or_null(overview.last_expiry);
    object["figures_at"] = time_or_null(overview.figures_at);
    object["spent_today_usd"] = amount_or_null(overview.spent_today);
    object["spending_at"] = time_or_null(overview.spending_at);
    object["credits_left_usd"] = amount_or_null(overview.credits_left);
    object["credits_at"] = time_or_null(overview.credits_at);
    object["credits_outlook"] = service::to_text(overview.credits_outlook.kind);
    object["credits_end"] = time_or_null(overview.credits_outlook.end);
    object["keys_to_honor"] = overview.keys_to_honor ? json::value(*overview.keys_to_honor) : json::value(nullptr);
    object["upstream_at"] = time_or_null(overview.spending_at);
    object["upstream_problem"] = service::upstream_problem_of(overview);
    object["reconciled_at"] = time_or_null(overview.reconciled_at);
    object["reconciled"] = overview.reconciled;
    object["reconcile_problem"] = overview.reconcile_problem;
    json::array days, failures;
    for (const service::DayFigures& day : overview.days)
        days.push_back(to_json(day));
    for (const service::Failure& failure : overview.failures)
        failures.push_back(to_json(failure));
    object["days"] = std::move(days);
    object["failures"] = std::move(failures);
    return object;
}

}  // namespace llmapikey::resources
