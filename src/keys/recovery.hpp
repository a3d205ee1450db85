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
    int settled = 0;                    // attempts that were settled
    int revoked = 0;                    // revocations that were finished
    int replaced = 0;                   // keys that were ended, so that the next one can be made
    int synchronized = 0;               // changes that upstream has been told
    std::vector<std::string> failures;  // what could not be finished now, for the log
};

// The parts that Recovery works with; all must outlive it.
struct RecoveryParts {
    KeyStore& store;
    AdminStore& admin;
    ReplacementStore& replacements;
    KeyProvider& provider;
    Settlement& settlement;
    Revocation& revocation;
    Replacement& replacement;
};

// Finishes what was interrupted, in whatever process: ambiguous attempts, and revocations,
// replacements and changes that have begun. It also raises caps whose day of carried spending is
// over. An item that fails by itself is retried ever more seldom, and delays nothing else. Safe to
// run in every replica at once. It does not look for orphans; Reconciler does. Blocking; finish()
// is for one thread at a time, and so is settle().
class Recovery {
public:
    Recovery(RecoveryParts parts, const base::Clock& clock) : parts_(parts), clock_(clock) {}

    // Finishes revocations, replacements and changes. `timeout` limits each call upstream. If it is
    // told to stop, it ends after the call that is under way.
    Recovered finish(base::Seconds timeout, const std::stop_token& stop);
    // Settles ambiguous and interrupted attempts. It reads upstream's list, which may take minutes.
    Recovered settle(const std::stop_token& stop);
    // Runs finish() and settle().
    Recovered run_once(base::Seconds timeout, const std::stop_token& stop);
    // Settles only revoking attempts (is_ending_attempt), as far as possible now. It is for a
    // command that waits for its revocations while no service runs.
    void settle_endings();

private:
    struct Round;
    void settle(const std::vector<Grant>& grants, const std::stop_token& stop, Recovered& recovered);
    void revoke(Round& round);
    void replace(Round& round);
    void synchronize(Round& round);

    const RecoveryParts parts_;
    const base::Clock& clock_;
    Postponed postponed_;  // for finish(), by grant id
};

}  // namespace llmapikey
