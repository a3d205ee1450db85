#include "webhooks/store_webhooks.hpp"

#include "base/crypto.hpp"
#include "sql/sql_values.hpp"
#include "webhooks/store_webhook_statements.hpp"

namespace llmapikey {
namespace {

const std::string insert_endpoint = webhook_statement("add_endpoint");
const std::string select_endpoints = webhook_statement("endpoints");
const std::string delete_endpoint = webhook_statement("remove_endpoint");
const std::string delete_its_deliveries = webhook_statement("remove_its_deliveries");
const std::string update_disabled = webhook_statement("disable_endpoint");
const std::string update_enabled = webhook_statement("enable_endpoint");
const std::string update_secret = webhook_statement("rotate_secret");
const std::string update_health = webhook_statement("set_health");
const std::string insert_event = webhook_statement("add_event");
const std::string insert_expiries = webhook_statement("add_expiries");
const std::string select_undispatched = webhook_statement("undispatched");
const std::string insert_delivery = webhook_statement("add_delivery");
const std::string update_dispatched = webhook_statement("set_dispatched");
const std::string select_endpoints_with_due = webhook_statement("endpoints_with_due");
const std::string select_due = webhook_statement("due");
const std::string update_to_dead = webhook_statement("give_up");
const std::string select_latest = webhook_statement("latest");
const std::string select_of_state = webhook_statement("latest_of_state");
const std::string select_dead_count = webhook_statement("count_dead");
const std::string update_delivery = webhook_statement("update");
const std::string update_to_waiting = webhook_statement("resend");
const std::string delete_deliveries = webhook_statement("prune_deliveries");
const std::string delete_strays = webhook_statement("prune_strays");
const std::string delete_events = webhook_statement("prune_events");

WebhookEvent read_event(const SqlRow& row) {
    return {row.text(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5), row.text(6), time_in(row, 7)};
}

DeliveryState state_of(const std::string& text) {
    for (const auto state : {DeliveryState::waiting, DeliveryState::delivered})
        if (to_text(state) == text) return state;
    return DeliveryState::dead;
}

std::vector<WebhookDelivery> read_deliveries(const SqlAnswer& answer) {
    std::vector<WebhookDelivery> deliveries;
    for (const SqlRow& row : answer.rows) {
        deliveries.push_back({row.text(8), read_event(row), row.text(9), state_of(row.text(10)), row.number(11),
                              time_in(row, 12), time_in(row, 13), row.text(14)});
    }
    return deliveries;
}

}  // namespace

base::Result<void> SqlWebhookStore::add_endpoint(const WebhookEndpoint& endpoint) {
    SqlValues values;
    values.add(endpoint.id).add(endpoint.url).add(endpoint.sealed_secret).add(joined_words(endpoint.events));
    values.add(seconds_of(endpoint.created_at));
    return done(database_->run(insert_endpoint, values));
}

base::Result<std::vector<WebhookEndpoint>> SqlWebhookStore::endpoints() {
    const auto answer = TRY(database_->run(select_endpoints, {}));
    std::vector<WebhookEndpoint> endpoints;
    for (const SqlRow& row : answer.rows) {
        endpoints.push_back({row.text(0), row.text(1), row.text(2), split_words(row.text(3)), row.number(4) != 0,
                             time_in(row, 5), row.text(6), time_if_any(row, 7),
                             EndpointHealth{row.number(8), time_if_any(row, 9), time_in(row, 10)}});
    }
    return endpoints;
}

// Should the second statement not be reached, prune() forgets what is left.
base::Result<bool> SqlWebhookStore::remove_endpoint(const std::string& id) {
    const auto answer = TRY(database_->run(delete_endpoint, SqlValues().add(id)));
    TRY(database_->run(delete_its_deliveries, SqlValues().add(id)));
    return answer.changed == 1;
}

base::Result<void> SqlWebhookStore::disable_endpoint(const std::string& id, const std::string& problem,
                                                     base::Timestamp now) {
    TRY(database_->run(update_disabled, SqlValues().add(id)));
    return give_up(id, now + base::Seconds{1}, problem, now);
}

base::Result<void> SqlWebhookStore::enable_endpoint(const std::string& id) {
    return done(database_->run(update_enabled, SqlValues().add(id)));
}

base::Result<bool> SqlWebhookStore::rotate_secret(const std::string& id, const std::string& sealed_secret,
                                                  std::optional<base::Timestamp> former_until) {
    const auto values = SqlValues().add(id).add(sealed_secret).add_if(seconds_if(former_until));
    const auto rotated = TRY(database_->run(update_secret, values));
    return rotated.changed == 1;
}

base::Result<void> SqlWebhookStore::set_health(const std::string& id, const EndpointHealth& health) {
    SqlValues values;
    values.add(id).add(health.failures).add_if(seconds_if(health.failing_since)).add(seconds_of(health.next_at));
    return done(database_->run(update_health, values));
}

base::Result<void> SqlWebhookStore::add_event(const WebhookEvent& event) {
    SqlValues values;
    values.add(event.id).add(event.key).add(event.type).add(event.grant_id).add(event.github_user_id);
    values.add(event.github_username).add(event.detail).add(seconds_of(event.at));
    return done(database_->run(insert_event, values));
}

base::Result<void> SqlWebhookStore::add_expiries(base::Timestamp after, base::Timestamp by) {
    return done(database_->run(insert_expiries, SqlValues().add(seconds_of(after)).add(seconds_of(by))));
}

base::Result<std::vector<WebhookEvent>> SqlWebhookStore::undispatched(int limit) {
    const auto answer = TRY(database_->run(select_undispatched, SqlValues().add(std::int64_t{limit})));
    std::vector<WebhookEvent> events;
    for (const SqlRow& row : answer.rows)
        events.push_back(read_event(row));
    return events;
}

base::Result<void> SqlWebhookStore::dispatch(const std::string& event_id, const std::vector<std::string>& endpoint_ids,
                                             base::Timestamp now) {
    std::vector<SqlValues> all;
    for (const std::string& endpoint_id : endpoint_ids)
        all.push_back(SqlValues().add(base::random_uuid()).add(event_id).add(endpoint_id).add(seconds_of(now)));
    TRY(database_->run_each(insert_delivery, all));
    return done(database_->run(update_dispatched, SqlValues().add(event_id).add(seconds_of(now))));
}

base::Result<std::set<std::string>> SqlWebhookStore::endpoints_with_due(base::Timestamp now) {
    const auto answer = TRY(database_->run(select_endpoints_with_due, SqlValues().add(seconds_of(now))));
    std::set<std::string> ids;
    for (const SqlRow& row : answer.rows)
        ids.insert(row.text(0));
    return ids;
}

base::Result<std::vector<WebhookDelivery>> SqlWebhookStore::due(const std::string& endpoint_id, base::Timestamp now,
                                                                int limit) {
    const auto values = SqlValues().add(endpoint_id).add(seconds_of(now)).add(std::int64_t{limit});
    const auto answer = TRY(database_->run(select_due, values));
    return read_deliveries(answer);
}

base::Result<void> SqlWebhookStore::give_up(const std::string& endpoint_id, base::Timestamp before,
                                            const std::string& problem, base::Timestamp now) {
    SqlValues values;
    values.add(endpoint_id).add(problem).add(seconds_of(now)).add(seconds_of(before));
    return done(database_->run(update_to_dead, values));
}

base::Result<void> SqlWebhookStore::update(const WebhookDelivery& delivery) {
    SqlValues values;
    values.add(delivery.id).add(to_text(delivery.state)).add(delivery.attempts);
    values.add(seconds_of(delivery.next_at)).add(seconds_of(delivery.updated_at)).add(delivery.problem);
    return done(database_->run(update_delivery, values));
}

base::Result<std::vector<WebhookDelivery>> SqlWebhookStore::deliveries(std::optional<DeliveryState> state, int limit) {
    SqlValues values;
    if (state) {
        values.add(to_text(*state));
    } else {
        values.add_null();
    }
    const auto answer = TRY(database_->run(state ? select_of_state : select_latest, values.add(std::int64_t{limit})));
    return read_deliveries(answer);
}

base::Result<std::int64_t> SqlWebhookStore::count_dead() {
    const auto answer = TRY(database_->run(select_dead_count, {}));
    return answer.rows.at(0).number(0);
}

base::Result<bool> SqlWebhookStore::resend(const std::string& delivery_id, base::Timestamp now) {
    const auto answer = TRY(database_->run(update_to_waiting, SqlValues().add(delivery_id).add(seconds_of(now))));
    return answer.changed == 1;
}

base::Result<void> SqlWebhookStore::prune(base::Timestamp before) {
    TRY(database_->run(delete_deliveries, SqlValues().add(seconds_of(before))));
    TRY(database_->run(delete_strays, {}));
    return done(database_->run(delete_events, SqlValues().add(seconds_of(before))));
}

}  // namespace llmapikey
