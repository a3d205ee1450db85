#include "webhooks/webhook_views.hpp"

#include "http/answers/template_engine.hpp"

namespace llmapikey {
namespace {

Data data_of(const DeliveryRow& row) {
    Data data;
    data.set("delivery_id", row.id);
    data.set("type", row.type);
    data.set("endpoint", row.endpoint);
    data.set("state", row.state);
    data.set("attempts", row.attempts);
    data.set("updated_at", row.updated_at);
    data.set("problem", row.problem);
    data.set("can_resend", row.can_resend);
    return data;
}

}  // namespace

std::string render(const WebhooksView& view) {
    Data data = admin_data(view.frame, "Webhooks", "webhooks");
    Data endpoints{Data::type::list};
    for (const EndpointRow& row : view.endpoints) {
        Data item;
        item.set("endpoint_id", row.id);
        item.set("url", row.url);
        item.set("events", row.events);
        item.set("state", row.state);
        set_if_any(item, "former", row.former);
        endpoints << item;
    }
    data.set("endpoints", endpoints);
    data.set("has_endpoints", !view.endpoints.empty());
    Data deliveries{Data::type::list};
    for (const DeliveryRow& row : view.deliveries)
        deliveries << data_of(row);
    data.set("deliveries", deliveries);
    data.set("has_deliveries", !view.deliveries.empty());
    data.set("event_types", word_list(view.event_types));
    set_if_any(data, "new_secret", view.new_secret);
    set_if_any(data, "notice_good", view.notice_good);
    set_if_any(data, "notice_bad", view.notice_bad);
    return render_template("admin_webhooks", data);
}

}  // namespace llmapikey
