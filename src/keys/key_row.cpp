#include "keys/key_row.hpp"

#include "http/answers/shown_values.hpp"

namespace llmapikey {
namespace {

constexpr ResultText results[] = {
    {"revoked", "The key is revoked.", true},
    {"ending", "The key was still being made. Nobody is shown it, and what was made of it is revoked within a minute.",
     true},
    {"begun", "The key is no longer shown to anybody, but {provider} did not answer: it is revoked as soon as it does.",
     false},
    {"gone", "There was no such key any more.", false},
    {"busy", "The key is not active: it is still being made, or is being revoked.", false},
    {"no-reason",
     "Nothing was done: the reason must be one line of 1 to 500 characters. It is kept, and shown to the person.",
     false},
    {"failed", "That failed, and the log says why. Nothing was changed.", false},
    {"lifted", "The hold is lifted.", true},
    {"created", "The key is made. The person finds it on the dashboard.", true},
    {"exists", "This account had a key already.", true},
    {"in-progress", "The key is being made.", true},
    {"paused", "New keys are paused: set PROVISIONING_ENABLED=true.", false},
    {"full", "All places are taken: raise MAX_TOTAL_KEYS.", false},
    {"on-hold", "This account is on hold. Lift the hold first.", false},
    {"upstream", "{provider} made no key. Try again in a minute.", false},
    {"rate-limited", "{provider} asks to slow down. Try again in a minute.", false},
    {"no-account", "GitHub knows no account of this id.", false},
    {"changed", "The key is changed.", true},
    {"noted", "The change is noted, but {provider} did not answer: it is told again every few seconds.", false},
    {"bad-change", "The cap was not changed: it must be an amount of US dollars above 0 and up to 100000.", false},
    {"bad-reason", "Nothing was changed: the reason must be one line of up to 500 characters.", false},
    {"never-kept", "This key was never kept, so there is nothing to show.", false},
    {"found-key", "This account holds the key that you looked for.", true},
    {"perhaps-ended",
     "No key in use is the one that you looked for. Those that have ended with the same last characters are shown: one "
     "of them may have been it.",
     false},
    {"unknown-key",
     "No account holds this key, and no key that has ended had the same last characters. Was it pasted in full?",
     false},
    {"part-of-key", "That is only the beginning of a key. Paste the whole key, or its last four characters.", false},
    {"key-in-address",
     "The key was taken out of the address, and nothing was looked for. Paste it into the search below: it is sent so "
     "that no address holds it. The browser's history or a proxy may have kept the address: if others can read those, "
     "revoke the key.",
     false},
};

}  // namespace

KeyRow key_row(const Grant& grant, base::Timestamp now) {
    KeyRow row;
    row.grant_id = grant.id;
    row.account_id = grant.github_user_id.text();
    row.login = grant.github_username;
    row.status = std::string(to_text(grant.status));
    row.is_active = grant.status == GrantStatus::active;
    row.can_be_revoked = grant.status != GrantStatus::revoking;
    if (row.is_active && is_expired(grant, now)) row.status = "expired";
    if (row.is_active && grant.missing_since) row.status = "gone upstream";
    if (row.is_active && grant.is_disabled) row.status = "switched off";
    row.masked_key = grant.key_hint.empty() ? "none yet" : "…" + grant.key_hint;
    row.daily_limit_usd = base::to_money(grant.daily_limit);
    row.spent_usd = grant.spent_as_of ? base::to_money(grant.spent) : "?";
    row.last_used_on = grant.last_used_at ? date_text(*grant.last_used_at) : "-";
    row.created_on = date_text(grant.created_at);
    row.expires_on = date_text(grant.expires_at);
    return row;
}

std::span<const ResultText> key_results() {
    return results;
}

}  // namespace llmapikey
