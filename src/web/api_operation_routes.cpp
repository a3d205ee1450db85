#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "domain/login.hpp"
#include "resources/resources.hpp"
#include "web/api_answer.hpp"
#include "web/bulk_selection.hpp"
#include "web/form.hpp"
#include "web/routes.hpp"

// The JSON API for admins: figures, bulk revocations, audit log, tokens and webhooks.
namespace llmapikey::web {
namespace {

namespace json = boost::json;

constexpr int most_listed = 200;
constexpr int most_entries = 1000;
constexpr int accounts_searched = 50;
constexpr std::int64_t most_counted = 10'000'000;

template <class Item>
net::Response answer_list(const char* name, const std::vector<Item>& items) {
    json::array list;
    for (const Item& item : items)
        list.push_back(resources::to_json(item));
    return api_answer(200, json::object{{name, std::move(list)}});
}

base::Result<std::vector<service::ChainedEntry>> entries_about(const Services& services, const std::string& search,
                                                               std::int64_t after, int limit) {
    auto accounts = services.admin_store.find_accounts(std::string(domain::without_at(search)), accounts_searched);
    if (!accounts) return tl::unexpected(accounts.error());
    service::AuditQuery query;
    query.accounts = std::move(*accounts);
    query.after = after;
    query.limit = limit;
    return services.admin_store.find_audit_entries(query);
}

// A problem that says as "count" how many keys are meant now.
net::Response with_count(const Services& services, const std::string& selection, net::Response response) {
    const auto count = services.bulk_revoker.count(selection, most_counted);
    boost::system::error_code ec;
    json::value body = json::parse(response.body, ec);
    if (!count || ec || !body.is_object()) return response;
    body.get_object()["count"] = *count;
    response.body = json::serialize(body);
    return response;
}

}  // namespace

net::Response api_overview(const Services& services, const Context& context) {
    const auto overview = service::read_overview(services.statistics, services.issuance.policy(),
                                                 services.settings.spending_poll, services.clock.now());
    return overview ? api_answer(200, resources::to_json(*overview)) : api_error(services, context, overview.error());
}

net::Response api_bulk_list(const Services& services, const Context& context) {
    const auto bulks = services.bulk_store.list_latest(most_listed);
    return bulks ? answer_list("revocations", *bulks) : api_error(services, context, bulks.error());
}

net::Response api_bulk(const Services& services, const Context& context) {
    const auto bulk = services.bulk_store.find(std::string(context.path_id));
    if (!bulk) return api_error(services, context, bulk.error());
    if (!*bulk) return api_not_found(services, context);
    json::object body = resources::to_json(**bulk);
    const auto stuck = services.admin_store.list_stuck(most_listed, (*bulk)->id);
    if (!stuck) return api_error(services, context, stuck.error());
    json::array keys;
    for (const service::LedgerEntry& entry : *stuck)
        keys.push_back(resources::to_json(entry));
    body["stuck_keys"] = std::move(keys);
    return api_answer(200, body);
}

namespace {

// The request, by its Idempotency-Key: it decides once although the first has died; empty: it has none.
std::string request_of(const Context& context) {
    const std::string_view key = context.request.header("idempotency-key");
    if (key.empty()) return {};
    return base::to_hex(base::sha256(context.initiator().actor + "\n" + std::string(key) + "\n" +
                                     std::string(context.request.target) + "\n" + std::string(context.request.body)));
}

}  // namespace

net::Response api_bulk_begin(const Services& services, const Context& context) {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(services, context, fields.error());
    const auto why = reason_and_hold_of(*fields, services.clock.now());
    if (!why) return api_error(services, context, why.error());
    const auto selection = selection_of(*fields);
    if (!selection) return api_error(services, context, selection.error());
    const auto confirmed = confirmed_count_of(*fields);
    if (!confirmed) return api_error(services, context, confirmed.error());
    const auto bulk = services.bulk_revoker.begin(*selection, context.initiator(), why->reason, why->hold, *confirmed,
                                                  request_of(context));
    if (bulk) return api_answer(201, resources::to_json(*bulk));
    if (bulk.error().code != base::Errc::conflict) return api_error(services, context, bulk.error());
    return with_count(services, *selection, api_error(services, context, bulk.error()));
}

net::Response api_bulk_stop(const Services& services, const Context& context) {
    const auto stopped = services.bulk_revoker.stop(std::string(context.path_id), context.initiator());
    return stopped ? api_answer(200, resources::to_json(*stopped)) : api_error(services, context, stopped.error());
}

net::Response api_audit(const Services& services, const Context& context) {
    const std::string cursor = Form(context.request.query).value("cursor");
    const auto after = cursor.empty() ? std::optional<std::int64_t>(0) : base::parse_whole_number(cursor);
    const auto limit = limit_of(context, 100, most_entries);
    if (!limit) return api_error(services, context, limit.error());
    if (!after) return api_error(services, context, {base::Errc::invalid_input, "cursor must be a number", {}});
    const std::string search(base::trim(Form(context.request.query).value("q")));
    const auto entries =
        search.empty() ? services.audit.read(*after, *limit) : entries_about(services, search, *after, *limit);
    if (!entries) return api_error(services, context, entries.error());
    json::array list;
    for (const service::ChainedEntry& link : *entries)
        list.push_back(resources::to_json(link));
    json::object body{{"entries", std::move(list)}, {"next_cursor", nullptr}};
    const bool is_full = entries->size() == static_cast<std::size_t>(*limit);
    if (is_full) body["next_cursor"] = std::to_string(entries->back().sequence);
    return api_answer(200, body);
}

net::Response api_tokens(const Services& services, const Context& context) {
    const auto tokens = services.token_store.list(context.admin());
    return tokens ? answer_list("tokens", *tokens) : api_error(services, context, tokens.error());
}

net::Response api_token_create(const Services& services, const Context& context) {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(services, context, fields.error());
    std::set<service::Scope> scopes;
    for (const std::string& text : fields->texts("scopes")) {
        const auto scope = service::parse_scope(text);
        if (!scope)
            return api_error(services, context,
                             {base::Errc::invalid_input, "scopes must be of read, write and reveal", {}});
        scopes.insert(*scope);
    }
    const auto days = base::parse_whole_number(fields->text("expires_in_days")).value_or(0);
    const auto created = services.tokens.create(context.admin(), std::string(base::trim(fields->text("name"))), scopes,
                                                days, context.initiator());
    if (!created) return api_error(services, context, created.error());
    json::object body = resources::to_json(created->token);
    body["token"] = created->text.reveal();
    return api_answer(201, body);
}

net::Response api_token_revoke(const Services& services, const Context& context) {
    const auto revoked = services.tokens.revoke(context.admin(), std::string(context.path_id), context.initiator());
    return revoked ? api_answer(200, json::object{{"status", "revoked"}})
                   : api_error(services, context, revoked.error());
}

net::Response api_webhooks(const Services& services, const Context& context) {
    const auto endpoints = services.webhook_store.endpoints();
    return endpoints ? answer_list("webhooks", *endpoints) : api_error(services, context, endpoints.error());
}

net::Response api_webhook_add(const Services& services, const Context& context) {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(services, context, fields.error());
    const auto events = fields->texts("events");
    const auto added = services.webhooks.add(std::string(base::trim(fields->text("url"))),
                                             {events.begin(), events.end()}, context.initiator());
    if (!added) return api_error(services, context, added.error());
    json::object body = resources::to_json(added->endpoint);
    body["secret"] = added->secret.reveal();
    return api_answer(201, body);
}

net::Response api_webhook_remove(const Services& services, const Context& context) {
    const auto removed = services.webhooks.remove(std::string(context.path_id), context.initiator());
    return removed ? api_answer(200, json::object{{"status", "removed"}})
                   : api_error(services, context, removed.error());
}

net::Response api_webhook_test(const Services& services, const Context& context) {
    const auto sent = services.webhooks.test(std::string(context.path_id));
    return sent ? api_answer(202, json::object{{"status", "waiting"}}) : api_error(services, context, sent.error());
}

net::Response api_webhook_rotate(const Services& services, const Context& context) {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(services, context, fields.error());
    const auto keep_former = former_secret_hours_of(*fields);
    if (!keep_former) return api_error(services, context, keep_former.error());
    const auto rotated =
        services.webhooks.rotate_secret(std::string(context.path_id), *keep_former, context.initiator());
    if (!rotated) return api_error(services, context, rotated.error());
    json::object body = resources::to_json(rotated->endpoint);
    body["secret"] = rotated->secret.reveal();
    return api_answer(200, body);
}

net::Response api_deliveries(const Services& services, const Context& context) {
    const std::string text = Form(context.request.query).value("state");
    std::optional<service::DeliveryState> state;
    for (const auto each :
         {service::DeliveryState::waiting, service::DeliveryState::delivered, service::DeliveryState::dead})
        if (service::to_text(each) == text) state = each;
    if (!state && !text.empty()) {
        return api_error(services, context,
                         {base::Errc::invalid_input, "state must be waiting, delivered or dead", {}});
    }
    const auto deliveries = services.webhook_store.deliveries(state, most_listed);
    return deliveries ? answer_list("deliveries", *deliveries) : api_error(services, context, deliveries.error());
}

net::Response api_delivery_resend(const Services& services, const Context& context) {
    const auto sent = services.webhook_store.resend(std::string(context.path_id), services.clock.now());
    if (!sent) return api_error(services, context, sent.error());
    return *sent ? api_answer(202, json::object{{"status", "waiting"}}) : api_not_found(services, context);
}

}  // namespace llmapikey::web
