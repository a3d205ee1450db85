#pragma once

#include "base/clock.hpp"
#include "domain/grant.hpp"
#include "service/key_provider.hpp"
#include "service/key_store.hpp"

namespace llmapikey::service {

enum class Settled {
    freed,    // whatever the attempt made upstream is revoked, and the row is gone
    not_yet,  // nothing was found, and it is too early to say that nothing will appear
    changed,  // somebody else settled or activated it meanwhile
};

// Ends attempts whose outcome nobody knows: finds by name what they made upstream, revokes it (its raw key is lost) and
// frees the place. Safe to run anywhere, any number of times at once: the row is first marked ambiguous, after which
// the process that made the attempt can no longer activate it. Thread-safe.
class Settlement {
public:
    Settlement(KeyStore& store, KeyProvider& provider, const base::Clock& clock, base::Seconds call_timeout)
        : store_(store), provider_(provider), clock_(clock), settle_time_(domain::settle_time(call_timeout)) {}

    // For a pending or ambiguous grant. Fails as the store and the provider do, with nothing freed.
    base::Result<Settled> settle(const domain::Grant& grant, base::Deadline deadline);

    base::Seconds settle_time() const { return settle_time_; }

private:
    base::Result<bool> revoke_by_name(const domain::Grant& grant, base::Deadline deadline);

    KeyStore& store_;
    KeyProvider& provider_;
    const base::Clock& clock_;
    const base::Seconds settle_time_;
};

}  // namespace llmapikey::service
