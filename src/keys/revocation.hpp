#pragma once

#include <stop_token>
#include <string>
#include <vector>

#include "audit/audit_log.hpp"
#include "identity/initiator.hpp"
#include "keys/admin_store.hpp"
#include "providers/key_provider.hpp"
#include "spending/spending.hpp"

namespace llmapikey {

struct ResumedRevocation {
    Grant grant;
    base::Result<void> outcome;
};

// Ends grants: first the intention is stored, then the key is revoked upstream, then the row goes.
// Whatever dies in between, resume() takes it up; each step is noted in the audit log. Blocking,
// thread-safe.
class Revocation {
public:
    Revocation(AdminStore& store, SpendingStore& spending, KeyProvider& provider, AuditLog& audit,
               const base::Clock& clock)
        : store_(store), spending_(spending), provider_(provider), audit_(audit), clock_(clock) {}

    // Gives the grant as it was. What its key has spent today is kept. A grant whose key is still
    // being made (is_ending_attempt) is shown to nobody from now on, and ends by itself as soon as
    // its attempt is over; one whose key was replaced meanwhile is followed. not_found; conflict:
    // not active, where only that was meant. Fails as store and provider do; where the intention
    // was stored by then, resume() ends it. A grant that is being revoked already is ended now.
    base::Result<Grant> revoke(const std::string& grant_id, const Initiator& by, const std::string& reason,
                               const std::optional<Hold>& hold, base::Deadline deadline,
                               EndsWhat what = EndsWhat::any_row);

    // Takes up a revocation that has begun and not ended, and ends the key as revoke() does. `by`:
    // whom the audit log names.
    base::Result<void> resume(const Grant& grant, const Initiator& by, const std::string& detail,
                              base::Deadline deadline);
    // Takes up every one of them.
    base::Result<std::vector<ResumedRevocation>> resume_all(const Initiator& by, base::Deadline deadline);

private:
    base::Result<Grant> begin(const std::string& grant_id, const Ending& ending);

    AdminStore& store_;
    SpendingStore& spending_;
    KeyProvider& provider_;
    AuditLog& audit_;
    const base::Clock& clock_;
};

}  // namespace llmapikey
