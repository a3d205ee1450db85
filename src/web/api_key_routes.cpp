#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/encoding.hpp"
#include "domain/login.hpp"
#include "resources/resources.hpp"
#include "web/api_answer.hpp"
#include "web/error_response.hpp"
#include "web/form.hpp"
#include "web/issue_answer.hpp"
#include "web/routes.hpp"

// The JSON API for admins: keys and accounts.
namespace llmapikey::web {
namespace {

namespace json = boost::json;

constexpr int most_keys = 1000;

// The key that the path names; an answer if there is none.
tl::expected<domain::Grant, net::Response> grant_in_path(const Services& services, const Context& context) {
    const std::string id(context.path_id);
    if (!base::is_uuid(id)) return tl::unexpected(api_not_found(services, context));
    auto grant = services.admin_store.find_grant(id);
    if (!grant) return tl::unexpected(api_error(services, context, grant.error()));
    if (!*grant) return tl::unexpected(api_not_found(services, context));
    return std::move(**grant);
}

net::Response answer_account(const Services& services, const Context& context, domain::GithubUserId id) {
    const auto account = services.store.find_account(id);
    if (!account) return api_error(services, context, account.error());
    const auto ledger = services.admin_store.ledger_of(id);
    if (!ledger) return api_error(services, context, ledger.error());
    json::object body = resources::to_json(*account, *ledger);
    body["github_user_id"] = id.text();
    return api_answer(200, body);
}

net::Response answer_ended(const Services& services, const Context& context, const service::GrantQuery& query) {
    const auto page = services.admin_store.list_ended(query);
    if (!page) return api_error(services, context, page.error());
    json::array keys;
    for (const service::LedgerEntry& entry : page->entries)
        keys.push_back(resources::to_json(entry));
    json::object body{{"keys", std::move(keys)}, {"next_cursor", nullptr}};
    if (!page->next_cursor.empty()) body["next_cursor"] = page->next_cursor;
    return api_answer(200, body);
}

}  // namespace

net::Response api_keys(const Services& services, const Context& context) {
    const Form fields(context.request.query);
    auto query =
        service::parse_grant_query([&](std::string_view name) { return fields.value(name); }, services.clock.now());
    const auto limit = limit_of(context, 100, most_keys);
    if (!query) return api_error(services, context, query.error());
    if (!limit) return api_error(services, context, limit.error());
    query->limit = *limit;
    query->cursor = fields.value("cursor");
    if (query->is_ended) return answer_ended(services, context, *query);
    const auto page = services.admin_store.list(*query);
    if (!page) return api_error(services, context, page.error());
    json::array keys;
    for (const domain::Grant& grant : page->grants)
        keys.push_back(resources::to_json(grant));
    json::object body{{"keys", std::move(keys)}, {"next_cursor", nullptr}};
    if (!page->next_cursor.empty()) body["next_cursor"] = page->next_cursor;
    return api_answer(200, body);
}

net::Response api_key(const Services& services, const Context& context) {
    const auto grant = grant_in_path(services, context);
    return grant ? api_answer(200, resources::to_json(*grant)) : grant.error();
}

net::Response api_mint(const Services& services, const Context& context) {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(services, context, fields.error());
    const auto id = domain::GithubUserId::parse(fields->text("github_user_id"));
    const std::string login(domain::without_at(base::trim(fields->text("github_username"))));
    if (!id) {
        return api_error(services, context,
                         {base::Errc::invalid_input, "github_user_id must be the numeric id of a GitHub account", {}});
    }
    const auto answer = services.administration.mint(*id, login, context.initiator());
    if (!answer) return api_error(services, context, answer.error());
    return issue_json(wording_of(*answer), &*answer, ShowKey::no, answer->error.retry_after);
}

net::Response api_change(const Services& services, const Context& context) {
    const auto grant = grant_in_path(services, context);
    if (!grant) return grant.error();
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(services, context, fields.error());
    const auto change = change_of(*fields);
    if (!change) return api_error(services, context, change.error());
    const auto changed =
        services.administration.change(grant->id, *change, fields->text("reason"), context.initiator());
    return changed ? api_answer(200, resources::to_json(*changed)) : api_error(services, context, changed.error());
}

net::Response api_revoke(const Services& services, const Context& context) {
    const auto grant = grant_in_path(services, context);
    if (!grant) return grant.error();
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(services, context, fields.error());
    const auto why = reason_and_hold_of(*fields, services.clock.now());
    if (!why) return api_error(services, context, why.error());
    const auto revoked = services.revocation.revoke(grant->id, context.initiator(), why->reason, why->hold,
                                                    base::Deadline::after(services.settings.upstream_timeout));
    if (revoked) return answer_account(services, context, grant->github_user_id);
    return api_error(services, context, revoked.error());
}

net::Response api_reveal(const Services& services, const Context& context) {
    const auto grant = grant_in_path(services, context);
    if (!grant) return grant.error();
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(services, context, fields.error());
    const auto raw_key =
        services.administration.reveal(grant->id, std::string(base::trim(fields->text("reason"))), context.initiator());
    if (!raw_key) return api_error(services, context, raw_key.error());
    return api_answer(200, {{"key", raw_key->reveal()}, {"hint", grant->key_hint}});
}

net::Response api_account(const Services& services, const Context& context) {
    const auto id = domain::GithubUserId::parse(context.path_id);
    return id ? answer_account(services, context, *id) : api_not_found(services, context);
}

net::Response api_set_hold(const Services& services, const Context& context) {
    const auto id = domain::GithubUserId::parse(context.path_id);
    if (!id) return api_not_found(services, context);
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(services, context, fields.error());
    if (fields->text("hold").empty())
        return api_error(services, context, {base::Errc::invalid_input, "hold is needed: 90m, 24h, 7d or forever", {}});
    const auto why = reason_and_hold_of(*fields, services.clock.now());
    if (!why) return api_error(services, context, why.error());
    const auto set = services.administration.set_hold(*id, why->hold, context.initiator());
    return set ? answer_account(services, context, *id) : api_error(services, context, set.error());
}

net::Response api_lift_hold(const Services& services, const Context& context) {
    const auto id = domain::GithubUserId::parse(context.path_id);
    if (!id) return api_not_found(services, context);
    const auto lifted = services.administration.set_hold(*id, std::nullopt, context.initiator());
    return lifted ? answer_account(services, context, *id) : api_error(services, context, lifted.error());
}

}  // namespace llmapikey::web
