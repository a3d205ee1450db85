#include "webhooks/webhook_routes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/encoding.hpp"
#include "http/answers/api_answer.hpp"
#include "http/form.hpp"
#include "webhooks/webhook_fields.hpp"
#include "webhooks/webhook_json.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;

constexpr int listed_max = 200;

}  // namespace

net::Response WebhookRoutes::list(const Context& context) const {
    const auto endpoints = webhook_store.endpoints();
    return endpoints ? answer_list("webhooks", *endpoints) : api_error(context, endpoints.error());
}

net::Response WebhookRoutes::add(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(context, fields.error());
    const auto events = fields->texts("events");
    const auto added =
        webhooks.add(std::string(base::trim(fields->text("url"))), {events.begin(), events.end()}, context.initiator());
    if (!added) return api_error(context, added.error());
    json::object body = to_json(added->endpoint);
    body["secret"] = added->secret.reveal();
    return api_answer(201, body);
}

net::Response WebhookRoutes::remove(const Context& context) const {
    const auto removed = webhooks.remove(std::string(context.path_id), context.initiator());
    return removed ? api_answer(200, json::object{{"status", "removed"}}) : api_error(context, removed.error());
}

net::Response WebhookRoutes::test(const Context& context) const {
    const auto sent = webhooks.test(std::string(context.path_id));
    return sent ? api_answer(202, json::object{{"status", "waiting"}}) : api_error(context, sent.error());
}

net::Response WebhookRoutes::replace_secret(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(context, fields.error());
    const auto keep_former = former_secret_hours_of(*fields);
    if (!keep_former) return api_error(context, keep_former.error());
    const auto rotated = webhooks.rotate_secret(std::string(context.path_id), *keep_former, context.initiator());
    if (!rotated) return api_error(context, rotated.error());
    json::object body = to_json(rotated->endpoint);
    body["secret"] = rotated->secret.reveal();
    return api_answer(200, body);
}

net::Response WebhookRoutes::list_deliveries(const Context& context) const {
    const std::string text = Form(context.request.query).value("state");
    std::optional<DeliveryState> state;
    for (const auto each : {DeliveryState::waiting, DeliveryState::delivered, DeliveryState::dead})
        if (to_text(each) == text) state = each;
    if (!state && !text.empty()) {
        return api_error(context, {base::Errc::invalid_input, "state must be waiting, delivered or dead", {}});
    }
    const auto deliveries = webhook_store.deliveries(state, listed_max);
    return deliveries ? answer_list("deliveries", *deliveries) : api_error(context, deliveries.error());
}

net::Response WebhookRoutes::resend(const Context& context) const {
    const auto sent = webhook_store.resend(std::string(context.path_id), clock.now());
    if (!sent) return api_error(context, sent.error());
    return *sent ? api_answer(202, json::object{{"status", "waiting"}}) : api_not_found(context);
}

base::Result<bool> WebhookRoutes::may_show_again(const Context& context, const boost::json::object& answer,
                                                 const base::Secret& shown) const {
    const json::value* const id = answer.if_contains("id");
    const std::string endpoint = id != nullptr && id->is_string() ? std::string(id->as_string()) : std::string();
    return webhooks.may_show_again(endpoint, shown, context.initiator());
}

}  // namespace llmapikey
