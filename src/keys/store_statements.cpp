#include "keys/store_statements.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "base/embedded.hpp"
#include "keys/admin_store.hpp"
#include "keys/store_columns.hpp"
#include "keys/store_ledger_list.hpp"
#include "keys/terms.hpp"
#include "keys/transitions.hpp"
#include "sql/statement_file.hpp"
#include "webhooks/store_webhook_statements.hpp"

namespace llmapikey {
namespace {

constexpr std::string_view ending_attempt = "(status = 'revoking' AND openrouter_delete_hash IS NULL AND nonce <> '')";

[[noreturn]] void refuse(const std::string& what) {
    std::fprintf(stderr, "llmapikey: a statement of keys names %s, which is not there\n", what.c_str());
    std::abort();
}

// Return the first word of an argument, and what follows it.
std::string first_of(const std::string& argument) {
    return argument.substr(0, argument.find(' '));
}
std::string rest_of(const std::string& argument) {
    const auto space = argument.find(' ');
    return space == std::string::npos ? "" : argument.substr(space + 1);
}

Step step_of(const std::string& name) {
    const auto step = parse_step(name);
    if (!step) refuse("the step " + name);
    return *step;
}

std::string quoted(GrantStatus status) {
    return "'" + std::string(to_text(status)) + "'";
}

enum class Which { all, told };  // of a step's transitions; told: those that have a webhook event

std::string status_before(Step step, Which which) {
    std::string list;
    int count = 0;
    for (const Transition& each : transitions()) {
        const bool is_meant = each.step == step && each.from && (which == Which::all || !each.event.empty());
        if (!is_meant) continue;
        list += (list.empty() ? "" : ", ") + quoted(*each.from);
        ++count;
    }
    return count == 1 ? "status = " + list : "status IN (" + list + ")";
}
std::string status_before(const std::string& step_name) {
    return status_before(step_of(step_name), Which::all);
}

std::string status_after(const std::string& step_name) {
    const auto target = target_of(step_of(step_name));
    if (!target) refuse("a status after " + step_name);
    return quoted(*target);
}

// Writes the webhook event of a row that takes a step. The statement reads the row as it is before
// the step: SQLite runs it first, and the parts of a WITH of PostgreSQL do not see what the others
// write. `condition` is added to the WHERE clause.
std::string event(Step step, const std::string& condition) {
    const Transition* told = nullptr;
    for (const Transition& each : transitions())
        if (each.step == step && !each.event.empty()) told = &each;
    if (told == nullptr) refuse("an event of " + std::string(to_text(step)));
    // An attempt is marked only once; a key is issued and revoked only once.
    const std::string key = told->to == GrantStatus::ambiguous ? "id::text || ':' || nonce" : "id::text";
    const bool is_over = told->ledger == LedgerChange::closed;
    return webhook_notice(
        std::string(told->event),
        "llmapikey.api_keys WHERE github_user_id = $1 AND id = $2::uuid AND " + status_before(step, Which::told) +
            condition,
        key, is_over ? "coalesce((SELECT reason FROM llmapikey.ledger WHERE grant_id = $2::uuid), '')" : "''");
}

std::string noticed(const std::string& argument) {
    return "noticed AS (" +
           event(step_of(first_of(argument)), " AND EXISTS (SELECT 1 FROM " + rest_of(argument) + ")") + ")";
}

// Records the attempts of rows that are given up in the same statement. Rows without a nonce are
// left out.
std::string remember(const std::string& rows) {
    return "remembered AS (INSERT INTO llmapikey.given_up_attempts (nonce, given_up_at) SELECT nonce, {now} FROM " +
           rows + " WHERE nonce <> '' ON CONFLICT (nonce) DO UPDATE SET given_up_at = excluded.given_up_at)";
}

// Records what the recipient is told. $4 is the problem, or ''; $5 is now.
std::string note(const std::string& rows) {
    return "noted AS (INSERT INTO llmapikey.mint_notes (github_user_id, problem, noted_at) "
           "SELECT github_user_id, $4, $5::bigint FROM " +
           rows +
           " WHERE $4 <> '' ON CONFLICT (github_user_id) DO UPDATE SET problem = excluded.problem, "
           "noted_at = excluded.noted_at)";
}

// Parameters: $2 is the actor, $3 the reason, $4 now, $5 the bulk revocation or ''.
std::string ledger_entry(const std::string& rows) {
    return "noted AS (INSERT INTO llmapikey.ledger AS entry (grant_id, github_user_id, github_username, "
           "openrouter_delete_hash, key_hint, daily_limit_micro_usd, created_at, expires_at, actor, reason, begun_at, "
           "bulk_id) SELECT id, github_user_id, github_username, openrouter_delete_hash, key_hint, "
           "daily_limit_micro_usd, created_at, expires_at, $2, $3, {time:$4}, nullif($5, '') FROM " +
           rows +
           " ON CONFLICT (grant_id) DO UPDATE SET actor = excluded.actor, reason = excluded.reason, "
           "bulk_id = excluded.bulk_id WHERE entry.ended_at IS NULL)";
}

// `argument`: when the row is tried again, whether the failure counts, and the problem.
std::string requeued(const std::string& argument) {
    const std::string at = first_of(argument), counts = first_of(rest_of(argument)),
                      problem = rest_of(rest_of(argument));
    return "status = CASE WHEN status = 'revoking' THEN status ELSE {to:requeue} END, "
           "nonce = CASE WHEN status = 'revoking' THEN '' ELSE nonce END, openrouter_delete_hash = NULL, "
           "queued_at = coalesce(queued_at, {queue_time}), next_attempt_at = " +
           at + "::bigint, attempts = attempts + " + counts + "::bigint, problem = " + problem;
}

std::string set_term(const std::string& name) {
    if (std::find(term_names::all.begin(), term_names::all.end(), name) == term_names::all.end())
        refuse("the term " + name);
    return "(SELECT number FROM llmapikey.settings WHERE name = '" + name + "')";
}

// `argument`: when, and the parameters of what is ended, of the bulk action and of the actor.
std::string is_replaced(const std::string& argument) {
    const std::string now = first_of(argument), what = first_of(rest_of(argument)), others = rest_of(rest_of(argument));
    return "{from:begin_replacement} AND is_disabled = 0 AND " + what +
           " <> '' AND {not_in_vain_for:" + rest_of(others) + " " + first_of(others) +
           "} AND NOT EXISTS (SELECT 1 FROM llmapikey.holds WHERE holds.github_user_id = api_keys.github_user_id "
           "AND {in_force:" +
           now + "})";
}

const std::vector<SqlWord>& words() {
    static const std::vector<SqlWord> all = {
        word("grant_columns", selected_grant_columns()),
        word("ledger_columns", std::string(ledger_columns)),
        {"revoking_columns",
         [](const std::string&) { return std::string("grant_of.*, actor, reason, {epoch:begun_at}, bulk_id"); }},
        {"attempt_columns",
         [](const std::string&) { return std::string("revoke_attempts, revoke_problem, next_revoke_at"); }},
        {"from", [](const std::string& step) { return status_before(step); }},
        {"to", status_after},
        {"unsettled", [](const std::string&) { return status_before("release"); }},
        word("ending_attempt", std::string(ending_attempt)),
        {"set", set_term},
        word("paused", "coalesce({set:minting_paused} = 1, false)"),
        // The statement's part `terms` has the version that belongs to the terms which it has read.
        // A change of settings waits for those who share the lock on the latest version, and those
        // who wait for a change find another version: the terms that they have read hold no more.
        word("latest_version", "latest AS (SELECT version FROM llmapikey.settings_version {for_share})"),
        word("terms_hold", "EXISTS (SELECT 1 FROM latest, terms WHERE latest.version = terms.version)"),
        // A recipient whose key ended now would get no other one. An organizer ends it all the
        // same, but not in bulk.
        {"not_in_vain_for",
         [](const std::string& argument) {
             return "NOT ((" + first_of(argument) + " LIKE 'recipient:%' OR " + rest_of(argument) +
                    " <> '') AND {paused})";
         }},
        {"in_force", [](const std::string& now) { return "(until IS NULL OR until > {time:" + now + "})"; }},
        {"stuck",
         [](const std::string&) {
             return "ended_at IS NULL AND revoke_attempts >= " + std::to_string(stuck_after_attempts);
         }},
        {"replaced",
         [](const std::string& argument) { return replaced_grant_columns(first_of(argument), rest_of(argument)); }},
        {"requeued", requeued},
        {"ends",
         [](const std::string& what) {
             return "{from:begin_ending} AND (" + what + " <> 'active' OR status = 'active')";
         }},
        {"is_replaced", is_replaced},
        {"noticed", noticed},
        {"remember", remember},
        {"note", note},
        {"ledger_entry", ledger_entry},
    };
    return all;
}

}  // namespace

std::string key_statement(std::string_view file, std::string_view name) {
    return statement_of(embedded_key_statements(), file, name, words());
}

std::string key_statement(std::string_view file, std::string_view name, Dialect dialect) {
    return translated(key_statement(file, name), dialect);
}

std::string status_is(const std::string& name) {
    const auto status = parse_grant_status(name);
    if (!status) refuse("the status " + name);
    // There is one index of all attempts whose outcome is not known.
    const bool is_unsettled = *status == GrantStatus::pending || *status == GrantStatus::ambiguous;
    return (is_unsettled ? status_before("release") + " AND " : "") + "status = " + quoted(*status);
}

std::string event_statement(Step step, Dialect dialect) {
    return translated(event(step, ""), dialect);
}

}  // namespace llmapikey
