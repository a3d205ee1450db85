#include "keys/key_routes.hpp"

#include <boost/json/object.hpp>

#include "base/encoding.hpp"
#include "http/answers/api_answer.hpp"
#include "http/answers/error_response.hpp"
#include "http/form.hpp"
#include "identity/login.hpp"
#include "keys/grant_json.hpp"
#include "keys/issue_answer.hpp"
#include "keys/key_fields.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;

constexpr int keys_max = 1000;

// Returns the key that the path names; an error answer if there is none.
tl::expected<Grant, net::Response> grant_in_path(const KeyRoutes& self, const Context& context) {
    const std::string id(context.path_id);
    if (!base::is_uuid(id)) return tl::unexpected(api_not_found(context));
    auto grant = self.admin_store.find_grant(id);
    if (!grant) return tl::unexpected(api_error(context, grant.error()));
    if (!*grant) return tl::unexpected(api_not_found(context));
    return std::move(**grant);
}

net::Response answer_account(const KeyRoutes& self, const Context& context, GithubUserId id) {
    const auto account = self.store.find_account(id);
    if (!account) return api_error(context, account.error());
    const auto ledger = self.admin_store.ledger_of(id);
    if (!ledger) return api_error(context, ledger.error());
    json::object body = to_json(*account, *ledger);
    body["github_user_id"] = id.text();
    return api_answer(200, body);
}

net::Response answer_ended(const KeyRoutes& self, const Context& context, const GrantQuery& query) {
    const auto page = self.admin_store.list_ended(query);
    if (!page) return api_error(context, page.error());
    return answer_page("keys", page->entries, page->next_cursor);
}

}  // namespace

net::Response KeyRoutes::list(const Context& context) const {
    const Form fields(context.request.query);
    auto query = parse_grant_query([&](std::string_view name) { return fields.value(name); }, clock.now());
    const auto limit = limit_of(context, 100, keys_max);
    if (!query) return api_error(context, query.error());
    if (!limit) return api_error(context, limit.error());
    query->limit = *limit;
    query->cursor = fields.value("cursor");
    if (query->is_ended) return answer_ended(*this, context, *query);
    const auto page = admin_store.list(*query);
    if (!page) return api_error(context, page.error());
    return answer_page("keys", page->grants, page->next_cursor);
}

net::Response KeyRoutes::show(const Context& context) const {
    const auto grant = grant_in_path(*this, context);
    return grant ? api_answer(200, to_json(*grant)) : grant.error();
}

net::Response KeyRoutes::mint(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(context, fields.error());
    const auto id = GithubUserId::parse(fields->text("github_user_id"));
    const std::string login(without_at(base::trim(fields->text("github_username"))));
    if (!id) {
        return api_error(context,
                         {base::Errc::invalid_input, "github_user_id must be the numeric id of a GitHub account", {}});
    }
    const auto answer = administration.mint(*id, login, context.initiator());
    if (!answer) return api_error(context, answer.error());
    return issue_json(*answer, ShowKey::no, context.shared.settings.provider.name);
}

net::Response KeyRoutes::change(const Context& context) const {
    const auto grant = grant_in_path(*this, context);
    if (!grant) return grant.error();
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(context, fields.error());
    const auto change = change_of(*fields);
    if (!change) return api_error(context, change.error());
    const auto changed = administration.change(grant->id, *change, fields->text("reason"), context.initiator());
    return changed ? api_answer(200, to_json(*changed)) : api_error(context, changed.error());
}

net::Response KeyRoutes::revoke(const Context& context) const {
    const auto grant = grant_in_path(*this, context);
    if (!grant) return grant.error();
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(context, fields.error());
    const auto why = reason_and_hold_of(*fields, clock.now());
    if (!why) return api_error(context, why.error());
    const auto revoked = revocation.revoke(grant->id, context.initiator(), why->reason, why->hold,
                                           base::Deadline::after(context.shared.settings.upstream_timeout));
    if (revoked) return answer_account(*this, context, grant->github_user_id);
    return api_error(context, revoked.error());
}

net::Response KeyRoutes::reveal(const Context& context) const {
    const auto grant = grant_in_path(*this, context);
    if (!grant) return grant.error();
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(context, fields.error());
    const auto raw_key =
        administration.reveal(grant->id, std::string(base::trim(fields->text("reason"))), context.initiator());
    if (!raw_key) return api_error(context, raw_key.error());
    return api_answer(200, {{"key", raw_key->reveal()}, {"hint", grant->key_hint}});
}

net::Response KeyRoutes::show_account(const Context& context) const {
    const auto id = GithubUserId::parse(context.path_id);
    return id ? answer_account(*this, context, *id) : api_not_found(context);
}

net::Response KeyRoutes::set_hold(const Context& context) const {
    const auto id = GithubUserId::parse(context.path_id);
    if (!id) return api_not_found(context);
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(context, fields.error());
    if (fields->text("hold").empty())
        return api_error(context, {base::Errc::invalid_input, "hold is needed: 90m, 24h, 7d or forever", {}});
    const auto why = reason_and_hold_of(*fields, clock.now());
    if (!why) return api_error(context, why.error());
    const auto set = administration.set_hold(*id, why->hold, context.initiator());
    return set ? answer_account(*this, context, *id) : api_error(context, set.error());
}

net::Response KeyRoutes::lift_hold(const Context& context) const {
    const auto id = GithubUserId::parse(context.path_id);
    if (!id) return api_not_found(context);
    const auto lifted = administration.set_hold(*id, std::nullopt, context.initiator());
    return lifted ? answer_account(*this, context, *id) : api_error(context, lifted.error());
}

}  // namespace llmapikey
