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
            return "You are not signed in, or your session has ended. Sign in first.";
        case 403:
            return "Refused: this service could not confirm that the request came from its own pages.";
        case 429:
            return "There were too many requests from your address. Wait a moment, then try again.";
        case 503:
            return "The service is busy. Try again in a few seconds; nothing was lost.";
        default:
            return "The request could not be carried out.";
    }
}

// Returns the address of the dashboard, with a notice unless the page is clear without it.
std::string dashboard_with(const KeyOutcomeRow& row) {
    return row.notice.empty() ? "/dashboard" : "/dashboard?result=" + std::string(row.word);
}

// Counts the outcome under its name in the metric.
void count(ops::Metrics& metrics, const IssueAnswer& answer) {
    const bool is_ambiguous = answer.status == KeyOutcome::ambiguous;
    metrics.count_issue(is_ambiguous ? to_text(answer.status) : row_of(answer).json_status);
}

// `told`: the outcome in the words of the page.
net::Response issue_response(const OwnKeyRoutes& self, const Context& context, const IssueAnswer& answer,
                             const KeyOutcomeRow& told) {
    count(self.metrics, answer);
    if (answer.status == KeyOutcome::created) {
        self.usage.remember_unused(*answer.grant, limit_at(*answer.grant, self.clock.now()));
        ops::log(ops::LogLevel::info, "key issued",
                 {{"github_user_id", answer.grant->github_user_id.text()},
                  {"hint", answer.grant->key_hint},
                  {"request_id", context.request_id}});
    }
    if (context.wants_json()) return issue_json(answer, ShowKey::yes, context.shared.settings.provider.name);
    return redirect(303, dashboard_with(told));
}

// Returns the id of the key that the page showed, so that two presses affect one key once; empty if
// the request names none.
base::Result<std::string> meant_key(const Context& context) {
    const auto fields = TRY(RequestFields::read(context.request));
    return fields.text("key_id");
}

}  // namespace

net::Response own_key_error(int status, base::Seconds retry_after, std::string message) {
    if (message.empty()) message = message_of(status);
    return issue_error_json(status, message, retry_after);
}

net::Response OwnKeyRoutes::create(const Context& context) const {
    const IssueAnswer answer = issuance.issue(terms, context.session->recipient);
    return issue_response(*this, context, answer, row_of(answer));
}

net::Response OwnKeyRoutes::replace(const Context& context) const {
    const auto key_id = meant_key(context);
    if (!key_id) return error_response(context, key_id.error());
    const auto answer = own_key.rotate(terms, context.session->recipient, *key_id, context.origin.client_address);
    const bool is_replaced = answer.status == KeyOutcome::created;
    return issue_response(*this, context, answer, is_replaced ? row_of(KeyOutcome::replaced) : row_of(answer));
}

net::Response OwnKeyRoutes::give_back(const Context& context) const {
    const auto key_id = meant_key(context);
    if (!key_id) return error_response(context, key_id.error());
    const auto outcome = own_key.give_back(context.session->recipient, *key_id, context.origin.client_address);
    if (!outcome) return error_response(context, outcome.error());
    const KeyOutcomeRow& row = row_of(*outcome);
    if (*outcome == KeyOutcome::given_back) {
        ops::log(ops::LogLevel::info, "key given back",
                 {{"github_user_id", context.session->recipient.id.text()}, {"request_id", context.request_id}});
    }
    if (context.wants_json())
        return status_answer(row.http_status, row.json_status,
                             with_provider(row.message, context.shared.settings.provider.name));
    return redirect(303, dashboard_with(row));
}

}  // namespace llmapikey
