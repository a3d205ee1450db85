#include "webhooks/webhook_json.hpp"

#include <boost/json/array.hpp>

#include "base/encoding.hpp"
#include "base/json_values.hpp"

namespace llmapikey {

namespace json = boost::json;

json::object to_json(const WebhookEndpoint& endpoint) {
    json::array events;
    for (const std::string& event : endpoint.events)
        events.push_back(json::string(event));
    return {{"id", endpoint.id},
            {"url", endpoint.url},
            {"events", std::move(events)},
            {"enabled", endpoint.is_enabled},
            {"created_at", base::to_rfc3339(endpoint.created_at)},
            {"former_secret_until", base::time_or_null(endpoint.former_until)},
            {"failures", endpoint.health.failures},
            {"failing_since", base::time_or_null(endpoint.health.failing_since)}};
}

json::object to_json(const WebhookDelivery& delivery) {
    json::object object;
    object["id"] = delivery.id;
    object["endpoint_id"] = delivery.endpoint_id;
    object["event_id"] = delivery.event.id;
    object["type"] = delivery.event.type;
    object["state"] = to_text(delivery.state);
    object["attempts"] = delivery.attempts;
    object["next_at"] = base::to_rfc3339(delivery.next_at);
    object["updated_at"] = base::to_rfc3339(delivery.updated_at);
    object["problem"] = delivery.problem;
    return object;
}

}  // namespace llmapikey
