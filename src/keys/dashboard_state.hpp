#pragma once

#include <string_view>

#include "grant/grant.hpp"

namespace llmapikey {

// The states of a recipient's page. A page of a passing state refreshes itself.
enum class DashboardState {
    signed_out,   // asks to sign in
    no_key,       // shows the generate button
    paused,       // there is no key, and minting is off: no button
    full,         // there is no key, and all seats are taken: no button
    queued,       // the account waits for its turn: refreshes itself
    in_progress,  // another request is making the key: refreshes itself
    ambiguous,    // the last attempt's outcome is unknown and is being settled: refreshes itself
    has_key,      // shows the key
    not_kept,     // there is a key, but only an older deployment ever showed it
    on_hold,      // the organizer ended the key, or it was given back, and no other may be taken now
    revoking,     // the key is being ended
    replacing,    // the old key is being revoked, so that a new one can be made: refreshes itself
    unreadable,   // there is a key but it cannot be opened (KEY_ENCRYPTION_SECRET was changed)
};

// Returns the name of the state's section in the template.
std::string_view to_text(DashboardState state);
// Returns whether the state passes by itself, so that the page refreshes itself.
bool is_passing(DashboardState state);
// Returns how a row of this status is shown; has_key may turn out to be not_kept or unreadable.
DashboardState state_of(GrantStatus status);

}  // namespace llmapikey
