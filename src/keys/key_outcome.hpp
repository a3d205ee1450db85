#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "keys/dashboard_state.hpp"

// Outcomes of requests about a key, and all texts about them for people and programs. In texts,
// {provider} stands for the provider's name (with_provider()).
namespace llmapikey {

enum class KeyOutcome {
    // Outcomes of asking for a key or for a replacement (Issuance, OwnKey).
    created,       // a key was minted just now
    exists,        // the account already had one
    in_progress,   // another request is minting it
    queued,        // many accounts want a key: it is minted when its turn comes
    ambiguous,     // the outcome of an attempt is unknown and is being settled, or the old key is being revoked
    paused,        // PROVISIONING_ENABLED is off
    full,          // MAX_TOTAL_KEYS is reached
    on_hold,       // this account may take no key now
    no_key,        // the key to be replaced or given back does not exist, or is another one by now
    switched_off,  // an organizer has disabled the key to be replaced or given back
    failed,        // an error says why; nothing was left behind
    rate_limited,  // the provider asks to slow down; nothing was left behind
    replaced,      // a key was minted just now, and the one before it no longer works
    // Outcomes of giving a key back (OwnKey).
    given_back,  // the key is revoked, and its seat is free
    ending,      // the decision is stored and the key is shown to nobody; the provider is told as soon as it answers
    // Outcomes of an organizer's actions on one key.
    revoked,
    revoked_while_made,  // what the attempt has made is revoked as soon as it is found
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
    // Outcomes of an organizer's search for a pasted key.
    found_key,
    perhaps_ended,
    unknown_key,
    part_of_key,
    key_in_address,
};

struct KeyOutcomeRow {
    KeyOutcome outcome;
    std::string_view name;              // the enumerator's name, for logs and programs
    std::string_view word = "";         // in a page's address (?result=...); empty: none
    int http_status = 0;                // 0: the status of the error
    std::string_view json_status = "";  // for recipients' programs; empty: recipients never get it
    std::string_view message = "";      // for recipients' programs
    std::string_view notice = "";       // on the recipient's page; empty: the page is clear without it
    // The notice is shown only with this state; nullopt: with any. Anybody can make a link with a
    // notice.
    std::optional<DashboardState> shown_with = {};
    std::string_view console_text = "";  // on the organizer's page; empty: never shown there
    std::string_view command_text = "";  // for `llmapikey keys mint`; empty: the error is printed
    bool is_good = false;
};

// Returns a row for each KeyOutcome, in the order of the enumeration.
std::span<const KeyOutcomeRow> key_outcomes();
const KeyOutcomeRow& row_of(KeyOutcome outcome);
inline std::string_view to_text(KeyOutcome outcome) {
    return row_of(outcome).name;
}
// Returns null if there is no such word.
const KeyOutcomeRow* find_key_outcome(std::string_view word);

}  // namespace llmapikey
