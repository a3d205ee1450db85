#include "people/key_row.hpp"

#include "http/answers/shown_values.hpp"
#include "http/form.hpp"
#include "keys/key_outcome.hpp"

namespace llmapikey {

KeyRow key_row(const Grant& grant, base::Timestamp now) {
    KeyRow row;
    row.grant_id = grant.id;
    row.account_id = grant.github_user_id.text();
    row.login = grant.github_username;
    row.status = std::string(to_text(grant.status));
    row.is_active = grant.status == GrantStatus::active;
    row.can_be_revoked = grant.status != GrantStatus::revoking;
    if (row.is_active && is_expired(grant, now)) row.status = "expired";
    if (row.is_active && grant.missing_since) row.status = "missing";
    if (row.is_active && grant.is_disabled) row.status = "switched off";
    row.masked_key = grant.key_hint.empty() ? "none yet" : "…" + grant.key_hint;
    row.daily_limit_usd = base::to_cap(grant.daily_limit);
    row.spent_usd = grant.spent_as_of ? base::to_money(grant.spent) : "not known";
    row.last_used_on = grant.last_used_at ? date_text(*grant.last_used_at) : "not known";
    row.created_on = date_text(grant.created_at);
    row.expires_on = date_text(grant.expires_at);
    return row;
}

void show_key_outcome(const Context& context, std::string& notice_good, std::string& notice_bad) {
    const KeyOutcomeRow* const row = find_key_outcome(Form(context.request.query).value("result"));
    if (row != nullptr)
        (row->is_good ? notice_good : notice_bad) =
            with_provider(row->console_text, context.shared.settings.provider.name);
}

}  // namespace llmapikey
