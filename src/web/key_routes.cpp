#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "ops/log.hpp"
#include "web/error_response.hpp"
#include "web/routes.hpp"

namespace llmapikey::web {
namespace {

using service::IssueStatus;

struct Wording {
    std::string_view status;  // in JSON
    std::string_view notice;  // in the page's address; empty: none
    int http_status;
    std::string_view message;
};

Wording wording_of(const service::IssueAnswer& answer) {
    switch (answer.status) {
        case IssueStatus::created:
            return {"created", "created", 200, "Your key is ready."};
        case IssueStatus::exists:
            if (answer.raw_key.empty())
                return {"exists", "", 200,
                        "You already have a key. It was shown when it was made, and is not kept here."};
            return {"exists", "", 200, "You already have this key."};
        case IssueStatus::in_progress:
            return {"in_progress", "in-progress", 202, "Your key is being made. Ask again in a few seconds."};
        case IssueStatus::sorting_out:
            return {"in_progress", "", 202,
                    "OpenRouter did not say whether it made the key. This is being sorted out; ask again in half a "
                    "minute."};
        case IssueStatus::paused:
            return {"paused", "paused", 403, "New keys are paused. Keys already handed out keep working."};
        case IssueStatus::full:
            return {"full", "full", 409, "All keys have been handed out. Ask the organizer for more room."};
        case IssueStatus::on_hold:
            return {"error", "on-hold", 403,
                    "The organizer has ended your key. Your dashboard says whether and when you may take another."};
        case IssueStatus::failed:
            break;
    }
    const bool is_limited = answer.error.code == base::Errc::rate_limited;
    return {"error", is_limited ? "rate-limited" : "upstream", status_of(answer.error.code),
            "No key could be made just now, and nothing was left behind. Try again in a minute."};
}

net::Response key_answer(const Wording& wording, const service::IssueAnswer* answer, base::Seconds retry_after) {
    boost::json::object body;
    body["status"] = wording.status;
    if (answer != nullptr && answer->grant) {
        if (!answer->raw_key.empty()) body["key"] = answer->raw_key.reveal();
        body["hint"] = answer->grant->key_hint;
    }
    body["message"] = wording.message;
    net::Response response = uncached_response(wording.http_status, "application/json", boost::json::serialize(body));
    const bool is_busy = wording.http_status == 503 || wording.http_status == 429 || wording.http_status == 202;
    if (retry_after.count() == 0 && is_busy) retry_after = base::Seconds{wording.http_status == 202 ? 2 : 5};
    if (retry_after.count() > 0) response.set("Retry-After", std::to_string(retry_after.count()));
    return response;
}

std::string_view message_of(int status) {
    switch (status) {
        case 401:
            return "Sign in first: nobody is signed in, or the session has ended.";
        case 403:
            return "Refused: the request did not provably come from our own pages.";
        case 429:
            return "Too many requests from your address. Wait, then try again.";
        case 503:
            return "The service is busy. Try again in a few seconds; nothing was lost.";
        default:
            return "The request could not be carried out.";
    }
}

}  // namespace

net::Response key_error_response(const Services&, const Context&, int status, base::Seconds retry_after) {
    return key_answer({"error", "", status, message_of(status)}, nullptr, retry_after);
}

net::Response generate_key(const Services& services, const Context& context) {
    const service::IssueAnswer answer = services.issuance.issue(context.session->recipient);
    const Wording wording = wording_of(answer);
    services.metrics.count_issue(answer.status == IssueStatus::sorting_out ? "ambiguous" : wording.status);
    if (answer.status == IssueStatus::created) {
        services.usage.remember_unused(answer.grant->delete_handle, answer.grant->daily_limit);
        ops::log(ops::LogLevel::info, "key issued",
                 {{"github_user_id", answer.grant->github_user_id.text()},
                  {"hint", answer.grant->key_hint},
                  {"request_id", context.request_id}});
    }
    if (context.wants_json()) return key_answer(wording, &answer, answer.error.retry_after);
    std::string location = "/dashboard";
    if (!wording.notice.empty()) location += "?result=" + std::string(wording.notice);
    return redirect(303, std::move(location));
}

}  // namespace llmapikey::web
