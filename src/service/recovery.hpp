#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "base/clock.hpp"
#include "service/revocation.hpp"
#include "service/settlement.hpp"

namespace llmapikey::service {

struct Recovered {
    int settled = 0;                    // attempts in doubt that were ended
    int revoked = 0;                    // revocations that were ended
    int synchronized = 0;               // changes that upstream has learned of
    std::vector<std::string> failures;  // what could not be ended now, for the log
};

// Ends what was interrupted, wherever and by whomever: attempts whose outcome is unknown, revocations and
// changes that have begun. Safe to run in every replica at once. Never looks for orphans: see reconcile(). Blocking.
class Recovery {
public:
    Recovery(KeyStore& store, AdminStore& admin, KeyProvider& provider, Settlement& settlement, Revocation& revocation,
             const base::Clock& clock)
        : store_(store),
          admin_(admin),
          provider_(provider),
          settlement_(settlement),
          revocation_(revocation),
          clock_(clock) {}

    // `timeout`: of each call upstream. When told to stop it ends after the call that is under way.
    Recovered run_once(base::Seconds timeout, const std::stop_token& stop);

private:
    void settle(base::Seconds timeout, const std::stop_token& stop, Recovered& recovered);
    void revoke(base::Seconds timeout, const std::stop_token& stop, Recovered& recovered);
    void synchronize(base::Seconds timeout, const std::stop_token& stop, Recovered& recovered);

    KeyStore& store_;
    AdminStore& admin_;
    KeyProvider& provider_;
    Settlement& settlement_;
    Revocation& revocation_;
    const base::Clock& clock_;
};

}  // namespace llmapikey::service
