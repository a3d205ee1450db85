#include "web/replay.hpp"

#include <boost/json/parse.hpp>

#include "web/error_response.hpp"

namespace llmapikey::web {
namespace {

constexpr base::Seconds usual_request{10};
constexpr base::Seconds usual_pause{2};

// Of a stored answer; empty: it shows none.
std::string shown_key(const std::string& body) {
    boost::system::error_code problem;
    const auto answer = boost::json::parse(body, problem);
    const auto* object = problem ? nullptr : answer.if_object();
    const auto* key = object == nullptr ? nullptr : object->if_contains("key");
    return key != nullptr && key->is_string() ? std::string(key->as_string()) : std::string();
}

}  // namespace

bool is_recorded_each_time(const Route& route) {
    return route.handler == api_reveal;
}

net::Response under_way_response(const Services& services, const Context& context, base::Seconds ends_within) {
    const base::Seconds age = service::StoredAnswers::longest_request - ends_within;
    const std::string bound = std::to_string(ends_within.count()) + (ends_within.count() == 1 ? " second" : " seconds");
    // One that is under way for longer than usual was most likely interrupted: asking sooner is of no use.
    return error_response(services, context, 409, age < usual_request ? usual_pause : ends_within,
                          {"Under way", "The first request with this Idempotency-Key is not done yet.",
                           "If it was interrupted, the same request can be sent again in " + bound +
                               "; otherwise its answer is here sooner.",
                           "", ""});
}

std::optional<net::Response> refuse_replay(const Services& services, const Context& context, const std::string& body) {
    const bool is_own = context.route->handler == api_generate || context.route->handler == api_rotate;
    const std::string shown = is_own ? shown_key(body) : std::string();
    if (shown.empty()) return std::nullopt;
    const auto grant = services.store.find(context.session->recipient.id);
    if (!grant) return error_response(services, context, grant.error());
    const bool has_key = *grant && (*grant)->status == domain::GrantStatus::active && !(*grant)->sealed_key.empty();
    const auto raw_key = has_key ? services.issuance.open_key(**grant) : base::Result<base::Secret>(base::Secret());
    if (raw_key && raw_key->reveal() == shown) return std::nullopt;
    return error_response(services, context, 410, {},
                          {"The key is gone", "The key that this request gave has been ended or replaced since.",
                           "Use a new Idempotency-Key to ask for another one.", "", ""});
}

}  // namespace llmapikey::web
