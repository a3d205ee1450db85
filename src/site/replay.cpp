#include "site/replay.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "http/answers/error_response.hpp"
#include "site/stored_answers.hpp"

namespace llmapikey {
namespace {

namespace json = boost::json;

constexpr base::Seconds usual_request{10};
constexpr base::Seconds usual_pause{2};

std::string text_in(const json::object& answer, std::string_view field) {
    const json::value* value = answer.if_contains(field);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::optional<net::Response> refuse_replay(const Handlers& handlers, const Context& context, const std::string& body) {
    const ShownSecret* const kind = context.route->secret;
    if (kind == nullptr) return std::nullopt;
    boost::system::error_code problem;
    const json::value parsed = json::parse(body, problem);
    const json::object answer = !problem && parsed.is_object() ? parsed.get_object() : json::object();
    const base::Secret shown(text_in(answer, kind->field));
    if (shown.empty()) return std::nullopt;
    const auto is_good = kind->is_still_good(handlers, context, answer, shown);
    if (!is_good) return error_response(context, is_good.error());
    if (*is_good) return std::nullopt;
    return error_response(
        context, 410, {},
        {kind->title, kind->explanation, "Use a new Idempotency-Key to ask for another one.", "", ""});
}

}  // namespace

net::Response under_way_response(const Context& context, base::Seconds ends_within) {
    const base::Seconds age = StoredAnswers::request_max - ends_within;
    const std::string bound = std::to_string(ends_within.count()) + (ends_within.count() == 1 ? " second" : " seconds");
    // A request that takes longer than usual was most likely interrupted, so asking sooner would
    // not help.
    return error_response(context, 409, age < usual_request ? usual_pause : ends_within,
                          {"Under way", "The first request with this Idempotency-Key is not done yet.",
                           "If it was interrupted, the same request can be sent again in " + bound +
                               "; otherwise its answer is here sooner.",
                           "", ""});
}

net::Response replay(const Handlers& handlers, const Context& context, int status, const std::string& body) {
    if (auto refusal = refuse_replay(handlers, context, body)) return std::move(*refusal);
    net::Response response = uncached_response(status, "application/json", body);
    return std::move(response.set("Idempotency-Replayed", "true"));
}

}  // namespace llmapikey
