#include "http/answers/api_answer.hpp"

#include <boost/json/serialize.hpp>

#include "base/encoding.hpp"
#include "base/json_values.hpp"
#include "http/answers/error_response.hpp"
#include "http/form.hpp"
#include "ops/log.hpp"

namespace llmapikey {
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
    return uncached_response(status, "application/json", base::to_text(body));
}

net::Response api_error(const Context& context, const base::Error& error) {
    const int status = status_of(error.code);
    if (status >= 500)
        ops::log(ops::LogLevel::error, "an API request failed: " + error.detail, {{"request_id", context.request_id}});
    return error_response(context, status, error.retry_after, {title_of(error.code), error.detail, "", "", ""});
}

net::Response api_not_found(const Context& context) {
    return api_error(context, {base::Errc::not_found, "There is nothing with this id.", {}});
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

}  // namespace llmapikey
