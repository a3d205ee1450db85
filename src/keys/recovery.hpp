#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "keys/replacement.hpp"
#include "keys/revocation.hpp"
#include "keys/settlement.hpp"
#include "providers/outage.hpp"
#include "providers/postponed.hpp"

namespace llmapikey {

struct Recovered {
    int settled = 0;                    // attempts in doubt that were ended
    int revoked = 0;                    // revocations that were ended
    int replaced = 0;                   // keys whose places are free for the next
    int synchronized = 0;               // changes that upstream has learned of
    std::vector<std::string> failures;  // what could not be ended now, for the log
};

// What it works with; all must outlive it.
struct RecoveryParts {
    KeyStore& store;
    AdminStore& admin;
    ReplacementStore& replacements;
    KeyProvider& provider;
    Settlement& settlement;
    Revocation& revocation;
    Replacement& replacement;
};

// Ends what was interrupted, wherever and by whomever: attempts whose outcome is unknown,
// revocations, replacements and changes that have begun; and gives keys their full cap when the day
// is over that lowered it. What fails by itself is tried again ever more seldom, and holds up
// nothing else. Safe to run in every replica at once. Never looks for orphans: see Reconciler.
// Blocking; finish() is for one thread at a time, and so is settle().
class Recovery {
public:
    Recovery(RecoveryParts parts, const base::Clock& clock) : parts_(parts), clock_(clock) {}

    // Revocations, replacements and changes. `timeout`: of each call upstream. When told to stop it
    // ends after the call that is under way.
    Recovered finish(base::Seconds timeout, const std::stop_token& stop);
    // Attempts in doubt, for which upstream's list is read: that may take minutes.
    Recovered settle(const std::stop_token& stop);
    // Both.
    Recovered run_once(base::Seconds timeout, const std::stop_token& stop);
    // Only the attempts whose end is decided (is_ending_attempt), as far as they can be settled
    // now: for a command that waits for its revocations where no service runs.
    void settle_endings();

private:
    struct Round;
    void settle(const std::vector<Grant>& grants, const std::stop_token& stop, Recovered& recovered);
    void revoke(Round& round);
    void replace(Round& round);
    void synchronize(Round& round);

    const RecoveryParts parts_;
    const base::Clock& clock_;
    Postponed postponed_;  // of finish(), by grant
};

}  // namespace llmapikey
