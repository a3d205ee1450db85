#pragma once

#include <string_view>

#include "grant/grant.hpp"

namespace llmapikey {

// What a recipient's page shows.
enum class DashboardState {
    signed_out,   // asks to sign in
    no_key,       // shows the generate button
    paused,       // no key, and minting is off: no button
    queued,       // waits for its turn to be made: refreshes itself
    in_progress,  // a key is being made by another request: the page refreshes itself
    ambiguous,    // the last attempt's outcome is unknown and is being settled: refreshes itself
    has_key,      // shows the key
    not_kept,     // there is a key, but only an older deployment ever showed it
    on_hold,      // the organizer ended the key, or it was given back, and no other may be taken now
    revoking,     // the key is being ended
    replacing,    // the old key is being revoked, so that a new one can be made: refreshes itself
    unreadable,   // there is a key but it cannot be opened (KEY_ENCRYPTION_SECRET was changed)
};

// The name of the state's section in the template.
std::string_view to_text(DashboardState state);
// Whether the page refreshes itself, since the state passes.
bool is_passing(DashboardState state);
// What a row of this status is shown as; has_key may turn out as not_kept or unreadable.
DashboardState state_of(GrantStatus status);

}  // namespace llmapikey
