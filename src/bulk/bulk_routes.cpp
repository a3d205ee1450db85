#include "bulk/bulk_routes.hpp"

#include <boost/json/object.hpp>

#include "bulk/bulk_answer.hpp"
#include "bulk/bulk_fields.hpp"
#include "bulk/bulk_json.hpp"
#include "http/answers/api_answer.hpp"
#include "http/request_fields.hpp"
#include "keys/grant_json.hpp"
#include "keys/key_fields.hpp"

namespace llmapikey {

net::Response BulkRoutes::list(const Context& context) const {
    const auto bulks = bulk_store.list_latest(bulks_listed_max);
    return bulks ? answer_list("revocations", *bulks) : api_error(context, bulks.error());
}

net::Response BulkRoutes::show(const Context& context) const {
    const auto bulk = bulk_store.find(std::string(context.path_id));
    if (!bulk) return api_error(context, bulk.error());
    if (!*bulk) return api_not_found(context);
    boost::json::object body = to_json(**bulk);
    const auto stuck = admin_store.list_stuck(bulks_listed_max, (*bulk)->id);
    if (!stuck) return api_error(context, stuck.error());
    body["stuck_keys"] = base::json_list(*stuck);
    return api_answer(200, body);
}

net::Response BulkRoutes::begin(const Context& context) const {
    const auto fields = RequestFields::read(context.request);
    if (!fields) return api_error(context, fields.error());
    const auto why = reason_and_hold_of(*fields, clock.now());
    if (!why) return api_error(context, why.error());
    const auto selection = selection_of(*fields);
    if (!selection) return api_error(context, selection.error());
    const auto confirmed = confirmed_count_of(*fields);
    if (!confirmed) return api_error(context, confirmed.error());
    const auto bulk =
        bulk_revoker.begin(*selection, context.initiator(), why->reason, why->hold, *confirmed, request_of(context));
    if (bulk) return api_answer(201, to_json(*bulk));
    if (bulk.error().code != base::Errc::conflict) return api_error(context, bulk.error());
    return count_problem(context, bulk.error(), [&] { return bulk_revoker.count(*selection, counted_max); });
}

net::Response BulkRoutes::stop(const Context& context) const {
    const auto stopped = bulk_revoker.stop(std::string(context.path_id), context.initiator());
    return stopped ? api_answer(200, to_json(*stopped)) : api_error(context, stopped.error());
}

}  // namespace llmapikey
