#include "web/api_answer.hpp"

#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "domain/written_text.hpp"
#include "ops/log.hpp"
#include "resources/resources.hpp"
#include "web/bulk_selection.hpp"
#include "web/error_response.hpp"
#include "web/form.hpp"

namespace llmapikey::web {
namespace {

std::string title_of(base::Errc code) {
    switch (code) {
        case base::Errc::invalid_input:
            return "Bad request";
        case base::Errc::not_found:
            return "Not found";
        case base::Errc::conflict:
            return "Conflict";
        case base::Errc::rate_limited:
        case base::Errc::upstream_down:
        case base::Errc::upstream_refused:
        case base::Errc::misconfigured:
            return "Upstream trouble";
        default:
            return "Not done";
    }
}

}  // namespace

net::Response api_answer(int status, const boost::json::value& body) {
    return uncached_response(status, "application/json", resources::to_text(body));
}

net::Response api_error(const Services& services, const Context& context, const base::Error& error) {
    const int status = status_of(error.code);
    if (status >= 500)
        ops::log(ops::LogLevel::error, "an API request failed: " + error.detail, {{"request_id", context.request_id}});
    return error_response(services, context, status, error.retry_after,
                          {title_of(error.code), error.detail, "", "", ""});
}

net::Response api_not_found(const Services& services, const Context& context) {
    return api_error(services, context, {base::Errc::not_found, "There is nothing of this id.", {}});
}

base::Result<std::string> reason_of(const RequestFields& fields) {
    return domain::check_text(fields.text("reason"), domain::reason_rule);
}

base::Result<ReasonAndHold> reason_and_hold_of(const RequestFields& fields, base::Timestamp now) {
    const auto reason = reason_of(fields);
    if (!reason) return tl::unexpected(reason.error());
    const std::string text = fields.text("hold");
    // Whoever says nothing of it blocks nobody: after a leak the person is to have another key.
    const auto hold = domain::parse_hold(text.empty() ? "none" : text, *reason, now);
    if (!hold) return tl::unexpected(hold.error());
    return ReasonAndHold{*reason, *hold};
}

base::Result<service::KeyChange> change_of(const RequestFields& fields) {
    service::KeyChange change;
    const std::string disabled = fields.text("disabled");
    if (is_set(disabled) || disabled == "false" || disabled == "0") {
        change.is_disabled = is_set(disabled);
    } else if (!disabled.empty()) {
        return base::fail(base::Errc::invalid_input, "disabled must be true or false");
    }
    const std::string limit = fields.text("daily_limit_usd");
    if (limit.empty()) return change;
    change.daily_limit = base::parse_daily_limit(limit);
    if (change.daily_limit) return change;
    return base::fail(base::Errc::invalid_input,
                      "daily_limit_usd must be an amount above 0 and up to 100000, such as 10 or 2.50");
}

base::Result<std::chrono::hours> former_secret_hours_of(const RequestFields& fields) {
    const std::string text = fields.text("former_secret_hours");
    if (text.empty()) return service::former_secret_default;
    const auto hours = base::parse_whole_number(text);
    if (hours && *hours <= service::former_secret_max.count()) return std::chrono::hours{*hours};
    return base::fail(base::Errc::invalid_input, "former_secret_hours must be a whole number from 0 to " +
                                                     std::to_string(service::former_secret_max.count()));
}

base::Result<int> limit_of(const Context& context, int fallback, int most) {
    const std::string text = Form(context.request.query).value("limit");
    if (text.empty()) return fallback;
    const auto number = base::parse_whole_number(text);
    if (number && *number >= 1 && *number <= most) return static_cast<int>(*number);
    return base::fail(base::Errc::invalid_input, "limit must be a number from 1 to " + std::to_string(most));
}

net::Response status_answer(int status, std::string_view word, std::string_view message) {
    return api_answer(status, boost::json::object{{"status", word}, {"message", message}});
}

}  // namespace llmapikey::web
