#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/embedded.hpp"
#include "base/encoding.hpp"
#include "resources/resources.hpp"
#include "web/api_answer.hpp"
#include "web/error_response.hpp"
#include "web/known_usage.hpp"
#include "web/routes.hpp"

// The JSON API for recipients: their own account and key.
namespace llmapikey::web {
namespace {

namespace json = boost::json;

json::value reveal_json(const domain::Grant& grant) {
    if (!grant.reveal) return nullptr;
    return json::object{{"at", base::to_rfc3339(grant.reveal->at)}, {"reason", grant.reveal->reason}};
}

json::array days_json(const std::vector<service::SpendingDay>& spent) {
    json::array days;
    for (const service::SpendingDay& day : spent)
        days.push_back({{"day", day.day}, {"spent_usd", day.spent.usd()}});
    return days;
}

json::value usage_json(const Services& services, const domain::Grant& grant) {
    const auto known = known_usage(services, grant);
    if (!known.snapshot) return nullptr;
    const service::UsageSnapshot& snapshot = *known.snapshot;
    const auto usd_or_null = [](const std::optional<base::MicroUsd>& amount) {
        return amount ? json::value(amount->usd()) : json::value(nullptr);
    };
    return json::object{{"spent_usd", snapshot.spent.usd()},
                        {"remaining_usd", usd_or_null(snapshot.remaining)},
                        {"this_week_usd", usd_or_null(snapshot.this_week)},
                        {"this_month_usd", usd_or_null(snapshot.this_month)},
                        {"limit_usd", usd_or_null(snapshot.limit)},
                        {"days", days_json(snapshot.days)},
                        {"as_of", base::to_rfc3339(snapshot.as_of)},
                        {"is_stale", known.has_failed}};
}

}  // namespace

net::Response openapi_document(const Services&, const Context&) {
    net::Response response;
    response.set("Content-Type", "application/json").set("Cache-Control", "public, max-age=300");
    response.set("Vary", "Sec-Fetch-Site");  // as the headers of every answer do
    response.set("Access-Control-Allow-Origin", "*");
    response.static_body = embedded_openapi()[0].text;
    return response;
}

net::Response api_me(const Services& services, const Context& context) {
    const domain::Recipient& me = context.session->recipient;
    const auto account = services.store.find_account(me.id);
    if (!account) return error_response(services, context, account.error());
    json::object body{{"github_user_id", me.id.text()}, {"github_username", me.login}, {"key", nullptr}};
    const bool is_held = account->hold && domain::is_in_force(*account->hold, services.clock.now());
    body["hold"] = resources::to_json(is_held ? account->hold : std::nullopt);
    body["usage"] = nullptr;
    if (account->grant) {
        json::object key = resources::to_json(*account->grant);
        key["reveal"] = reveal_json(*account->grant);
        body["key"] = std::move(key);
        const bool is_active = account->grant->status == domain::GrantStatus::active;
        if (is_active) body["usage"] = usage_json(services, *account->grant);
    }
    return api_answer(200, body);
}

net::Response api_own_key(const Services& services, const Context& context) {
    const auto grant = services.store.find(context.session->recipient.id);
    if (!grant) return error_response(services, context, grant.error());
    const bool has_key = *grant && (*grant)->status == domain::GrantStatus::active && !(*grant)->sealed_key.empty();
    if (!has_key) {
        return error_response(services, context, 404, {},
                              {"No key", "You have no key that could be shown.", "POST here to get one.", "", ""});
    }
    const auto raw_key = services.issuance.open_key(**grant);
    if (!raw_key) return error_response(services, context, 500);
    return api_answer(200, {{"key", raw_key->reveal()}, {"hint", (*grant)->key_hint}});
}

net::Response api_generate(const Services& services, const Context& context) {
    return generate_key(services, context);
}

net::Response api_rotate(const Services& services, const Context& context) {
    return rotate_key(services, context);
}

net::Response api_give_back(const Services& services, const Context& context) {
    return give_back_key(services, context);
}

}  // namespace llmapikey::web
