#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "service/replacement.hpp"
#include "service/revocation.hpp"
#include "service/settlement.hpp"

namespace llmapikey::service {

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

// Ends what was interrupted, wherever and by whomever: attempts whose outcome is unknown, revocations, replacements and
// changes that have begun; and gives keys their full cap when the day is over that lowered it. Safe to run in every
// replica at once. Never looks for orphans: see Reconciler. Blocking.
class Recovery {
public:
    Recovery(RecoveryParts parts, const base::Clock& clock) : parts_(parts), clock_(clock) {}

    // `timeout`: of each call upstream. When told to stop it ends after the call that is under way.
    Recovered run_once(base::Seconds timeout, const std::stop_token& stop);

private:
    void settle(const std::stop_token& stop, Recovered& recovered);
    void revoke(base::Seconds timeout, const std::stop_token& stop, Recovered& recovered);
    void replace(base::Seconds timeout, const std::stop_token& stop, Recovered& recovered);
    void synchronize(base::Seconds timeout, const std::stop_token& stop, Recovered& recovered);

    const RecoveryParts parts_;
    const base::Clock& clock_;
};

}  // namespace llmapikey::service
