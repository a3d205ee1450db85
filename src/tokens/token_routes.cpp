#include "tokens/token_routes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "base/encoding.hpp"
#include "http/answers/api_answer.hpp"
#include "tokens/token_json.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;

}  // namespace

net::Response TokenRoutes::list(const Context& context) const {
    const auto all = token_store.list(context.admin());
    return all ? answer_list("tokens", *all) : api_error(context, all.error());
}

net::Response TokenRoutes::create(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(context, fields.error());
    std::set<Scope> scopes;
    for (const std::string& text : fields->texts("scopes")) {
        const auto scope = parse_scope(text);
        if (!scope)
            return api_error(context,
                             {base::Errc::invalid_input, "scopes must be a list of read, write and reveal", {}});
        scopes.insert(*scope);
    }
    const auto days = base::parse_whole_number(fields->text("expires_in_days")).value_or(0);
    const auto created = tokens.create(context.admin(), std::string(base::trim(fields->text("name"))), scopes, days,
                                       context.initiator());
    if (!created) return api_error(context, created.error());
    json::object body = to_json(created->token);
    body["token"] = created->text.reveal();
    return api_answer(201, body);
}

net::Response TokenRoutes::revoke(const Context& context) const {
    const auto revoked = tokens.revoke(context.admin(), std::string(context.path_id), context.initiator());
    return revoked ? api_answer(200, json::object{{"status", "revoked"}}) : api_error(context, revoked.error());
}

base::Result<bool> TokenRoutes::may_show_again(const Context& context, const boost::json::object&,
                                               const base::Secret& shown) const {
    return tokens.may_show_again(context.admin(), shown, context.initiator());
}

}  // namespace llmapikey
