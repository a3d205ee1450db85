#include "people/key_row.hpp"

#include "http/answers/shown_values.hpp"
#include "http/form.hpp"
#include "keys/key_outcome.hpp"

namespace llmapikey {
namespace {

std::string_view waiting_text(MintProblem problem) {
    switch (problem) {
        case MintProblem::none:
            break;
        case MintProblem::lost_answer:
            return "{provider} did not say whether it made the key. Whatever it made is revoked, and the service "
                   "tries again by itself.";
        case MintProblem::upstream_down:
            return "{provider} does not answer just now. The service tries again by itself.";
        case MintProblem::rate_limited:
            return "{provider} asks the service to slow down. The service tries again by itself.";
        case MintProblem::refused:
            return "{provider} refuses to make keys: run llmapikey doctor, which says what is wrong with the account "
                   "there. The service tries again by itself.";
        case MintProblem::paused:
            return "New keys are paused or off. The key is made once they are on again: see Settings.";
    }
    return "The person waits in the queue. The service makes the key when it is their turn.";
}

}  // namespace

KeyRow key_row(const Grant& grant) {
    KeyRow row;
    row.grant_id = grant.id;
    row.account_id = grant.github_user_id.text();
    row.login = grant.github_username;
    row.is_active = grant.status == GrantStatus::active;
    row.can_be_revoked = grant.status != GrantStatus::revoking;
    row.masked_key = grant.key_hint.empty() ? "none yet" : "…" + grant.key_hint;
    row.daily_limit_usd = base::to_cap(grant.daily_limit);
    row.spent_usd = grant.spent_as_of ? base::to_money(grant.spent) : "not known";
    row.last_used_on = grant.last_used_at ? date_text(*grant.last_used_at) : "not known";
    row.created_on = date_text(grant.created_at);
    row.expires_on = date_text(grant.expires_at);
    return row;
}

std::string attempt_text(const Grant& grant, bool are_keys_made, std::string_view provider) {
    switch (grant.status) {
        case GrantStatus::waiting:
            return with_provider(waiting_text(are_keys_made ? grant.problem : MintProblem::paused), provider);
        case GrantStatus::pending:
            return "The key is being made.";
        case GrantStatus::ambiguous:
            return with_provider("{provider} did not say whether it made the key. The service finds out by itself.",
                                 provider);
        case GrantStatus::replacing:
            return "The former key is being revoked. The next one is made after that.";
        case GrantStatus::active:
        case GrantStatus::revoking:
            break;
    }
    return {};
}

void show_key_outcome(const Context& context, std::string& notice_good, std::string& notice_bad) {
    const KeyOutcomeRow* const row = find_key_outcome(Form(context.request.query).value("result"));
    if (row != nullptr)
        (row->is_good ? notice_good : notice_bad) =
            with_provider(row->console_text, context.shared.settings.provider.name);
}

}  // namespace llmapikey
