#include "keys/own_key_routes.hpp"

#include "http/answers/api_answer.hpp"
#include "http/answers/error_response.hpp"
#include "http/answers/shown_values.hpp"
#include "http/request_fields.hpp"
#include "keys/issue_answer.hpp"
#include "ops/log.hpp"

namespace llmapikey {
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

// What giving back came to.
struct GiveBackWording {
    std::string_view status, notice;
    int http_status;
    std::string_view message;
};
GiveBackWording give_back_wording(GiveBack outcome) {
    switch (outcome) {
        case GiveBack::given_back:
            return {"given_back", "given-back", 200, "Your key is revoked and its place is free."};
        case GiveBack::ending:
            return {"in_progress", "", 202,
                    "{provider} does not answer just now. The key is shown to nobody any more, and is revoked as soon "
                    "as it does."};
        case GiveBack::no_key:
            return {"error", "no-key", 404, "There is no such key."};
        case GiveBack::switched_off:
            break;
    }
    return {"error", "switched-off", 403,
            "The organizer has switched your key off, so it can be neither replaced nor given back."};
}

std::string dashboard_with(std::string_view notice) {
    return notice.empty() ? "/dashboard" : "/dashboard?result=" + std::string(notice);
}

net::Response issue_response(const OwnKeyRoutes& self, const Context& context, const IssueAnswer& answer) {
    const IssueWording wording = wording_of(answer, context.shared.settings.provider.name);
    self.metrics.count_issue(answer.status == IssueStatus::sorting_out ? "ambiguous" : wording.status);
    if (answer.status == IssueStatus::created) {
        self.usage.remember_unused(*answer.grant, limit_at(*answer.grant, self.clock.now()));
        ops::log(ops::LogLevel::info, "key issued",
                 {{"github_user_id", answer.grant->github_user_id.text()},
                  {"hint", answer.grant->key_hint},
                  {"request_id", context.request_id}});
    }
    if (context.wants_json()) return issue_json(wording, &answer, ShowKey::yes, answer.error.retry_after);
    return redirect(303, dashboard_with(wording.notice));
}

// Of the key that the page showed, so that pressing twice means one key once. Empty: whichever there is.
base::Result<std::string> meant_key(const Context& context) {
    const auto fields = TRY(RequestFields::read(context.request));
    return fields.text("key_id");
}

}  // namespace

net::Response own_key_error(int status, base::Seconds retry_after, std::string message) {
    if (message.empty()) message = message_of(status);
    return issue_json({"error", "", status, std::move(message)}, nullptr, ShowKey::no, retry_after);
}

net::Response OwnKeyRoutes::create(const Context& context) const {
    return issue_response(*this, context, issuance.issue(context.session->recipient));
}

net::Response OwnKeyRoutes::replace(const Context& context) const {
    const auto key_id = meant_key(context);
    if (!key_id) return error_response(context, key_id.error());
    const auto answer = own_key.rotate(context.session->recipient, *key_id, context.origin.client_address);
    return issue_response(*this, context, answer);
}

net::Response OwnKeyRoutes::give_back(const Context& context) const {
    const auto key_id = meant_key(context);
    if (!key_id) return error_response(context, key_id.error());
    const auto outcome = own_key.give_back(context.session->recipient, *key_id, context.origin.client_address);
    if (!outcome) return error_response(context, outcome.error());
    const GiveBackWording wording = give_back_wording(*outcome);
    if (*outcome == GiveBack::given_back) {
        ops::log(ops::LogLevel::info, "key given back",
                 {{"github_user_id", context.session->recipient.id.text()}, {"request_id", context.request_id}});
    }
    if (context.wants_json())
        return status_answer(wording.http_status, wording.status,
                             with_provider(wording.message, context.shared.settings.provider.name));
    return redirect(303, dashboard_with(wording.notice));
}

}  // namespace llmapikey
