#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "keys/dashboard_state.hpp"

// What a request about a key came to, and everything that is said of it, to people and to programs.
// In texts {provider} stands for the name of the provider (with_provider()).
namespace llmapikey {

enum class KeyOutcome {
    // Of asking for a key, or for another one in its place (Issuance, OwnKey).
    created,       // a key was minted just now
    exists,        // the account already had one
    in_progress,   // another request is minting it
    queued,        // many want one: it is minted when its turn comes
    ambiguous,     // the outcome of an attempt is unknown and is being settled, or the old key is being revoked
    paused,        // PROVISIONING_ENABLED is off
    full,          // MAX_TOTAL_KEYS keys are handed out
    on_hold,       // this account may take no key now
    no_key,        // to be replaced or given back: there is none, or it is another one by now
    switched_off,  // to be replaced or given back: an organizer has disabled it
    failed,        // an error says why; nothing was left behind
    rate_limited,  // likewise, since the provider asks to slow down
    // Of giving a key back (OwnKey).
    given_back,  // the key is revoked, and the place is free
    ending,  // the decision is stored and the key is shown to nobody; the provider learns of it as soon as it answers
    // Of an organizer's actions on one key.
    revoked,
    revoked_while_made,  // what was made of it is revoked as soon as it is found
    revocation_begun,    // the decision is stored; the provider did not answer
    gone,
    busy,
    changed,
    change_noted,  // the decision is stored; the provider did not answer
    action_failed,
    bad_change,
    bad_reason,
    no_reason,
    hold_lifted,
    no_account,
    never_kept,
    // Of an organizer's search for a pasted key.
    found_key,
    perhaps_ended,
    unknown_key,
    part_of_key,
    key_in_address,
};

struct KeyOutcomeRow {
    KeyOutcome outcome;
    std::string_view name;              // the enumeration's own, for logs and programs
    std::string_view word = "";         // in a page's address (?result=...); empty: none
    int http_status = 0;                // 0: that of the error
    std::string_view json_status = "";  // for recipients' programs; empty: recipients are never told
    std::string_view message = "";      // likewise
    std::string_view notice = "";       // on the recipient's page; empty: the page says it by itself
    // The state that the notice contradicts none of; nullopt: any. A link can be made by anybody.
    std::optional<DashboardState> shown_with = {};
    std::string_view console_text = "";  // on the organizer's page; empty: never shown there
    std::string_view command_text = "";  // for `llmapikey keys mint`; empty: the error is told
    bool is_good = false;
};

// Exhaustive, in the order of KeyOutcome.
std::span<const KeyOutcomeRow> key_outcomes();
const KeyOutcomeRow& row_of(KeyOutcome outcome);
inline std::string_view to_text(KeyOutcome outcome) {
    return row_of(outcome).name;
}
// Null: no such word.
const KeyOutcomeRow* find_key_outcome(std::string_view word);

}  // namespace llmapikey
