#include "bulk/changes/change_routes.hpp"

#include "bulk/bulk_answer.hpp"
#include "bulk/bulk_fields.hpp"
#include "bulk/changes/change_fields.hpp"
#include "bulk/changes/change_json.hpp"
#include "http/answers/api_answer.hpp"

namespace llmapikey {

net::Response ChangeRoutes::list(const Context& context) const {
    const auto changes = change_store.list_latest(bulks_listed_max);
    return changes ? answer_list("changes", *changes) : api_error(context, changes.error());
}

net::Response ChangeRoutes::show(const Context& context) const {
    const auto change = change_store.find(std::string(context.path_id));
    if (!change) return api_error(context, change.error());
    if (!*change) return api_not_found(context);
    const auto left = change_store.list_left((*change)->id, bulks_listed_max);
    if (!left) return api_error(context, left.error());
    const auto tried = change_store.list_tried((*change)->id, bulks_listed_max);
    if (!tried) return api_error(context, tried.error());
    boost::json::object body = to_json(**change);
    body["left_keys"] = base::json_list(*left);
    body["tried_keys"] = base::json_list(*tried);
    return api_answer(200, body);
}

net::Response ChangeRoutes::begin(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(context, fields.error());
    auto wanted = change_of(*fields, context.initiator());
    if (!wanted) return api_error(context, wanted.error());
    const auto confirmed = confirmed_count_of(*fields);
    if (!confirmed) return api_error(context, confirmed.error());
    const std::string selection = wanted->selection;
    const auto change = bulk_changer.begin(*std::move(wanted), *confirmed, request_of(context));
    if (change) return api_answer(201, to_json(*change));
    if (change.error().code != base::Errc::conflict) return api_error(context, change.error());
    return count_problem(context, change.error(), [&] { return bulk_changer.count(selection, counted_max); });
}

net::Response ChangeRoutes::stop(const Context& context) const {
    const auto stopped = bulk_changer.stop(std::string(context.path_id), context.initiator());
    return stopped ? api_answer(200, to_json(*stopped)) : api_error(context, stopped.error());
}

net::Response ChangeRoutes::retry(const Context& context) const {
    const auto retried = bulk_changer.retry(std::string(context.path_id), context.initiator());
    return retried ? api_answer(200, to_json(*retried)) : api_error(context, retried.error());
}

}  // namespace llmapikey
