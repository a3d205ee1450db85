#include "keys/issue_answer.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "http/answers/error_response.hpp"
#include "http/answers/shown_values.hpp"
#include "http/context.hpp"

namespace llmapikey {
namespace {

// Returns the row's message, except for the two messages that depend on more than the outcome.
std::string message_of(const IssueAnswer& answer, std::string_view provider) {
    if (answer.status == KeyOutcome::exists && answer.raw_key.empty())
        return "You already have a key. It was shown only once, when it was made: this service has no copy of it.";
    if (answer.status != KeyOutcome::queued || !answer.place) return with_provider(row_of(answer).message, provider);
    if (*answer.place == 1) return "You are the next in the queue. Ask again in a few seconds.";
    return "You are number " + std::to_string(*answer.place) + " in the queue. Ask again in a few seconds.";
}

net::Response response_of(int http_status, const boost::json::object& body, base::Seconds retry_after) {
    net::Response response = uncached_response(http_status, "application/json", boost::json::serialize(body));
    const bool is_busy = http_status == 503 || http_status == 429 || http_status == 202;
    if (retry_after.count() == 0 && is_busy) retry_after = base::Seconds{http_status == 202 ? 2 : 5};
    if (retry_after.count() > 0) response.set("Retry-After", std::to_string(retry_after.count()));
    return response;
}

}  // namespace

const KeyOutcomeRow& row_of(const IssueAnswer& answer) {
    const bool is_limited = answer.status == KeyOutcome::failed && answer.error.code == base::Errc::rate_limited;
    return row_of(is_limited ? KeyOutcome::rate_limited : answer.status);
}

net::Response issue_json(const IssueAnswer& answer, ShowKey show, std::string_view provider) {
    const KeyOutcomeRow& row = row_of(answer);
    boost::json::object body;
    body["status"] = row.json_status;
    if (answer.grant) {
        if (!answer.raw_key.empty() && show == ShowKey::yes) body["key"] = answer.raw_key.reveal();
        body["hint"] = answer.grant->key_hint;
    }
    body["message"] = message_of(answer, provider);
    const int http_status = row.http_status != 0 ? row.http_status : status_of(answer.error.code);
    return response_of(http_status, body, answer.error.retry_after);
}

net::Response issue_error_json(int http_status, const std::string& message, base::Seconds retry_after) {
    boost::json::object body;
    body["status"] = row_of(KeyOutcome::failed).json_status;
    body["message"] = message;
    return response_of(http_status, body, retry_after);
}

}  // namespace llmapikey
