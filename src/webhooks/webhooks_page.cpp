#include "webhooks/webhooks_page.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "http/answers/api_answer.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/result_text.hpp"
#include "http/answers/shown_values.hpp"
#include "webhooks/webhook_fields.hpp"
#include "webhooks/webhook_views.hpp"

namespace llmapikey {
namespace {

constexpr ResultText results[] = {
    {"removed", "The endpoint is removed.", true},
    {"sent", "The message is on its way. Reload this page in a moment to see the result.", true},
};

constexpr int deliveries_shown = 50;

std::string state_of(const WebhookEndpoint& endpoint) {
    if (!endpoint.is_enabled) return "switched off: it answered 410 Gone";
    if (!endpoint.health.failing_since) return "on";
    return "no answer since " + minute_text(*endpoint.health.failing_since) + "; next attempt at " +
           time_of_day_text(endpoint.health.next_at);
}

std::string former_text(const WebhookEndpoint& endpoint, base::Timestamp now) {
    const bool has_former = endpoint.former_until && *endpoint.former_until > now;
    return has_former ? "The former secret also signs until " + minute_text(*endpoint.former_until) + "." : "";
}

net::Response webhooks_page(const WebhooksPage& self, const Context& context, int status, WebhooksView view) {
    const auto endpoints = self.webhook_store.endpoints();
    if (!endpoints) return error_response(context, endpoints.error());
    const auto deliveries = self.webhook_store.deliveries(std::nullopt, deliveries_shown);
    if (!deliveries) return error_response(context, deliveries.error());
    view.frame = make_frame(context);
    for (const WebhookEndpoint& endpoint : *endpoints) {
        std::string events;
        for (const std::string& event : endpoint.events)
            events += (events.empty() ? "" : ", ") + event;
        view.endpoints.push_back({endpoint.id, endpoint.url, events.empty() ? "all" : events, state_of(endpoint),
                                  former_text(endpoint, self.clock.now())});
    }
    for (const WebhookDelivery& delivery : *deliveries) {
        const auto endpoint = std::find_if(endpoints->begin(), endpoints->end(),
                                           [&](const auto& each) { return each.id == delivery.endpoint_id; });
        view.deliveries.push_back(
            {delivery.id, delivery.event.type, endpoint == endpoints->end() ? "removed" : endpoint->url,
             std::string(to_text(delivery.state)), std::to_string(delivery.attempts), minute_text(delivery.updated_at),
             delivery.problem, delivery.state != DeliveryState::waiting && endpoint != endpoints->end()});
    }
    for (const std::string_view type : webhook_event_types())
        view.event_types.emplace_back(type);
    return html_response(status, render(view));
}

}  // namespace

net::Response WebhooksPage::show(const Context& context) const {
    WebhooksView view;
    show_result(context, results, view.notice_good, view.notice_bad);
    return webhooks_page(*this, context, 200, std::move(view));
}

net::Response WebhooksPage::add(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(context, 400);
    const auto events = fields->texts("events");
    const auto added =
        webhooks.add(std::string(base::trim(fields->text("url"))), {events.begin(), events.end()}, context.initiator());
    WebhooksView view;
    if (added) {
        view.new_secret = added->secret.reveal();
        view.notice_good = "The endpoint is added.";
        return webhooks_page(*this, context, 200, std::move(view));
    }
    if (added.error().code != base::Errc::invalid_input) return error_response(context, added.error());
    view.notice_bad = "No endpoint was added: " + added.error().detail + ".";
    return webhooks_page(*this, context, 400, std::move(view));
}

net::Response WebhooksPage::remove(const Context& context) const {
    const auto removed = webhooks.remove(std::string(context.path_id), context.initiator());
    if (!removed) return error_response(context, removed.error());
    return redirect(303, "/admin/webhooks?result=removed");
}

net::Response WebhooksPage::test(const Context& context) const {
    const auto sent = webhooks.test(std::string(context.path_id));
    if (!sent) return error_response(context, sent.error());
    return redirect(303, "/admin/webhooks?result=sent");
}

net::Response WebhooksPage::replace_secret(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(context, 400);
    WebhooksView view;
    const auto keep_former = former_secret_hours_of(*fields);
    if (!keep_former) {
        view.notice_bad = "Nothing was changed: " + keep_former.error().detail + ".";
        return webhooks_page(*this, context, 400, std::move(view));
    }
    const auto rotated = webhooks.rotate_secret(std::string(context.path_id), *keep_former, context.initiator());
    if (!rotated) return error_response(context, rotated.error());
    view.new_secret = rotated->secret.reveal();
    view.notice_good = "The endpoint has a new secret.";
    return webhooks_page(*this, context, 200, std::move(view));
}

net::Response WebhooksPage::resend(const Context& context) const {
    const auto sent = webhook_store.resend(std::string(context.path_id), clock.now());
    if (!sent) return error_response(context, sent.error());
    if (!*sent) return error_response(context, 404);
    return redirect(303, "/admin/webhooks?result=sent");
}

}  // namespace llmapikey
