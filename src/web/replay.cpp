#include "web/replay.hpp"

#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>

#include "web/error_response.hpp"

namespace llmapikey::web {
namespace {

namespace json = boost::json;

constexpr base::Seconds usual_request{10};
constexpr base::Seconds usual_pause{2};

std::string text_in(const json::object& answer, std::string_view field) {
    const json::value* value = answer.if_contains(field);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

base::Result<bool> is_own_key(const Services& services, const Context& context, const json::object&,
                              const base::Secret& shown) {
    const auto grant = services.store.find(context.session->recipient.id);
    if (!grant) return tl::unexpected(grant.error());
    if (!*grant || (*grant)->status != domain::GrantStatus::active || (*grant)->sealed_key.empty()) return false;
    const auto raw_key = services.issuance.open_key(**grant);
    return raw_key && raw_key->reveal() == shown.reveal();
}

base::Result<bool> is_token(const Services& services, const Context& context, const json::object&,
                            const base::Secret& shown) {
    return services.tokens.may_show_again(context.admin(), shown, context.initiator());
}

base::Result<bool> is_webhook_secret(const Services& services, const Context& context, const json::object& answer,
                                     const base::Secret& shown) {
    return services.webhooks.may_show_again(text_in(answer, "id"), shown, context.initiator());
}

// An answer that shows a secret, and whether that is what it was when the answer was first given.
struct SecretAnswer {
    Handler handler;
    std::string_view field;
    base::Result<bool> (*is_still_good)(const Services&, const Context&, const json::object& answer,
                                        const base::Secret& shown);
    const char* title;
    const char* explanation;
};

constexpr const char* key_is_gone = "The key that this request gave has been ended or replaced since.";
constexpr const char* secret_is_gone = "The endpoint has been removed, or has got another secret since.";
constexpr std::array secret_answers{
    SecretAnswer{api_generate, "key", is_own_key, "The key is gone", key_is_gone},
    SecretAnswer{api_rotate, "key", is_own_key, "The key is gone", key_is_gone},
    SecretAnswer{api_token_create, "token", is_token, "The token is gone",
                 "The token that this request made has expired or been revoked since."},
    SecretAnswer{api_webhook_add, "secret", is_webhook_secret, "The secret is gone", secret_is_gone},
    SecretAnswer{api_webhook_rotate, "secret", is_webhook_secret, "The secret is gone", secret_is_gone},
};

const SecretAnswer* secret_answer_of(const Route& route) {
    const auto* found = std::find_if(secret_answers.begin(), secret_answers.end(),
                                     [&](const SecretAnswer& each) { return each.handler == route.handler; });
    return found == secret_answers.end() ? nullptr : found;
}

std::optional<net::Response> refuse_replay(const Services& services, const Context& context, const std::string& body) {
    const SecretAnswer* const kind = secret_answer_of(*context.route);
    if (kind == nullptr) return std::nullopt;
    boost::system::error_code problem;
    const json::value parsed = json::parse(body, problem);
    const json::object answer = !problem && parsed.is_object() ? parsed.get_object() : json::object();
    const base::Secret shown(text_in(answer, kind->field));
    if (shown.empty()) return std::nullopt;
    const auto is_good = kind->is_still_good(services, context, answer, shown);
    if (!is_good) return error_response(services, context, is_good.error());
    if (*is_good) return std::nullopt;
    return error_response(
        services, context, 410, {},
        {kind->title, kind->explanation, "Use a new Idempotency-Key to ask for another one.", "", ""});
}

}  // namespace

bool is_recorded_each_time(const Route& route) {
    return route.handler == api_reveal;
}

std::string_view secret_field_of(const Route& route) {
    const SecretAnswer* const kind = secret_answer_of(route);
    return kind == nullptr ? std::string_view() : kind->field;
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

net::Response replay(const Services& services, const Context& context, const service::StoredAnswer& stored,
                     const std::string& bound_to) {
    const auto body = services.answer_sealer.open(stored.sealed_body, bound_to);
    if (!body) return error_response(services, context, 500);
    if (auto refusal = refuse_replay(services, context, body->reveal())) return std::move(*refusal);
    net::Response response = uncached_response(stored.status, "application/json", body->reveal());
    return std::move(response.set("Idempotency-Replayed", "true"));
}

}  // namespace llmapikey::web
