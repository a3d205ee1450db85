#include <algorithm>

#include "base/encoding.hpp"
#include "web/admin_page.hpp"
#include "web/api_answer.hpp"
#include "web/error_response.hpp"
#include "web/routes.hpp"

// The console: API tokens and webhooks.
namespace llmapikey::web {
namespace {

constexpr int deliveries_shown = 50;

views::TokenRow row_of(const service::ApiToken& token, base::Timestamp now) {
    std::string scopes;
    for (const service::Scope scope : token.scopes)
        scopes += (scopes.empty() ? "" : ", ") + std::string(service::to_text(scope));
    const bool is_valid = service::is_valid(token, now);
    return {token.id,
            token.name,
            token.hint,
            scopes,
            date_text(token.created_at),
            date_text(token.expires_at),
            token.used_at ? minute_text(*token.used_at) : "never",
            is_valid           ? "good"
            : token.revoked_at ? "revoked"
                               : "expired",
            is_valid};
}

net::Response tokens_page(const Services& services, const Context& context, int status, views::TokensView view) {
    const auto tokens = services.token_store.list(context.admin());
    if (!tokens) return error_response(services, context, tokens.error());
    view.frame = make_frame(services, context);
    for (const service::ApiToken& token : *tokens)
        view.tokens.push_back(row_of(token, services.clock.now()));
    return html_response(status, views::render(view));
}

std::string state_of(const service::WebhookEndpoint& endpoint) {
    if (!endpoint.is_enabled) return "off: it answered 410 Gone";
    if (!endpoint.health.failing_since) return "on";
    return "no answer since " + minute_text(*endpoint.health.failing_since) + "; tried again at " +
           time_of_day_text(endpoint.health.next_at);
}

std::string former_text(const service::WebhookEndpoint& endpoint, base::Timestamp now) {
    const bool has_former = endpoint.former_until && *endpoint.former_until > now;
    return has_former ? "The former secret signs too until " + minute_text(*endpoint.former_until) + "." : "";
}

net::Response webhooks_page(const Services& services, const Context& context, int status, views::WebhooksView view) {
    const auto endpoints = services.webhook_store.endpoints();
    if (!endpoints) return error_response(services, context, endpoints.error());
    const auto deliveries = services.webhook_store.deliveries(std::nullopt, deliveries_shown);
    if (!deliveries) return error_response(services, context, deliveries.error());
    view.frame = make_frame(services, context);
    for (const service::WebhookEndpoint& endpoint : *endpoints) {
        std::string events;
        for (const std::string& event : endpoint.events)
            events += (events.empty() ? "" : ", ") + event;
        view.endpoints.push_back({endpoint.id, endpoint.url, events.empty() ? "all" : events, state_of(endpoint),
                                  former_text(endpoint, services.clock.now())});
    }
    for (const service::WebhookDelivery& delivery : *deliveries) {
        const auto endpoint = std::find_if(endpoints->begin(), endpoints->end(),
                                           [&](const auto& each) { return each.id == delivery.endpoint_id; });
        view.deliveries.push_back({delivery.id, delivery.event.type,
                                   endpoint == endpoints->end() ? "removed" : endpoint->url,
                                   std::string(service::to_text(delivery.state)), std::to_string(delivery.attempts),
                                   minute_text(delivery.updated_at), delivery.problem,
                                   delivery.state != service::DeliveryState::waiting && endpoint != endpoints->end()});
    }
    for (const std::string_view type : service::webhook_event_types())
        view.event_types.emplace_back(type);
    return html_response(status, views::render(view));
}

}  // namespace

net::Response admin_tokens(const Services& services, const Context& context) {
    views::TokensView view;
    show_result(context, view.notice_good, view.notice_bad);
    return tokens_page(services, context, 200, std::move(view));
}

net::Response admin_token_create(const Services& services, const Context& context) {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(services, context, 400);
    std::set<service::Scope> scopes;
    for (const std::string& text : fields->texts("scopes"))
        if (const auto scope = service::parse_scope(text)) scopes.insert(*scope);
    const auto days = base::parse_whole_number(base::trim(fields->text("expires_in_days"))).value_or(0);
    const auto created = services.tokens.create(context.admin(), std::string(base::trim(fields->text("name"))), scopes,
                                                days, context.initiator());
    views::TokensView view;
    if (created) {
        view.new_token = created->text.reveal();
        view.notice_good = "The token is made.";
        return tokens_page(services, context, 200, std::move(view));
    }
    if (created.error().code != base::Errc::invalid_input) return error_response(services, context, created.error());
    view.notice_bad = "No token was made: " + created.error().detail + ".";
    return tokens_page(services, context, 400, std::move(view));
}

net::Response admin_token_revoke(const Services& services, const Context& context) {
    const auto revoked = services.tokens.revoke(context.admin(), std::string(context.path_id), context.initiator());
    if (!revoked) return error_response(services, context, revoked.error());
    return redirect(303, "/admin/tokens?result=token-revoked");
}

net::Response admin_webhooks(const Services& services, const Context& context) {
    views::WebhooksView view;
    show_result(context, view.notice_good, view.notice_bad);
    return webhooks_page(services, context, 200, std::move(view));
}

net::Response admin_webhook_add(const Services& services, const Context& context) {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(services, context, 400);
    const auto events = fields->texts("events");
    const auto added = services.webhooks.add(std::string(base::trim(fields->text("url"))),
                                             {events.begin(), events.end()}, context.initiator());
    views::WebhooksView view;
    if (added) {
        view.new_secret = added->secret.reveal();
        view.notice_good = "The endpoint is added.";
        return webhooks_page(services, context, 200, std::move(view));
    }
    if (added.error().code != base::Errc::invalid_input) return error_response(services, context, added.error());
    view.notice_bad = "No endpoint was added: " + added.error().detail + ".";
    return webhooks_page(services, context, 400, std::move(view));
}

net::Response admin_webhook_remove(const Services& services, const Context& context) {
    const auto removed = services.webhooks.remove(std::string(context.path_id), context.initiator());
    if (!removed) return error_response(services, context, removed.error());
    return redirect(303, "/admin/webhooks?result=removed");
}

net::Response admin_webhook_test(const Services& services, const Context& context) {
    const auto sent = services.webhooks.test(std::string(context.path_id));
    if (!sent) return error_response(services, context, sent.error());
    return redirect(303, "/admin/webhooks?result=sent");
}

net::Response admin_webhook_rotate(const Services& services, const Context& context) {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return error_response(services, context, 400);
    views::WebhooksView view;
    const auto keep_former = former_secret_hours_of(*fields);
    if (!keep_former) {
        view.notice_bad = "Nothing was changed: " + keep_former.error().detail + ".";
        return webhooks_page(services, context, 400, std::move(view));
    }
    const auto rotated =
        services.webhooks.rotate_secret(std::string(context.path_id), *keep_former, context.initiator());
    if (!rotated) return error_response(services, context, rotated.error());
    view.new_secret = rotated->secret.reveal();
    view.notice_good = "The endpoint has a new secret.";
    return webhooks_page(services, context, 200, std::move(view));
}

net::Response admin_delivery_resend(const Services& services, const Context& context) {
    const auto sent = services.webhook_store.resend(std::string(context.path_id), services.clock.now());
    if (!sent) return error_response(services, context, sent.error());
    if (!*sent) return error_response(services, context, 404);
    return redirect(303, "/admin/webhooks?result=sent");
}

}  // namespace llmapikey::web
