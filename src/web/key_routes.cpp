#include "ops/log.hpp"
#include "web/issue_answer.hpp"
#include "web/routes.hpp"

namespace llmapikey::web {
namespace {

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
    return issue_json({"error", "", status, message_of(status)}, nullptr, ShowKey::no, retry_after);
}

net::Response generate_key(const Services& services, const Context& context) {
    const service::IssueAnswer answer = services.issuance.issue(context.session->recipient);
    const IssueWording wording = wording_of(answer);
    services.metrics.count_issue(answer.status == service::IssueStatus::sorting_out ? "ambiguous" : wording.status);
    if (answer.status == service::IssueStatus::created) {
        services.usage.remember_unused(answer.grant->delete_handle, answer.grant->daily_limit);
        ops::log(ops::LogLevel::info, "key issued",
                 {{"github_user_id", answer.grant->github_user_id.text()},
                  {"hint", answer.grant->key_hint},
                  {"request_id", context.request_id}});
    }
    if (context.wants_json()) return issue_json(wording, &answer, ShowKey::yes, answer.error.retry_after);
    std::string location = "/dashboard";
    if (!wording.notice.empty()) location += "?result=" + std::string(wording.notice);
    return redirect(303, std::move(location));
}

}  // namespace llmapikey::web
