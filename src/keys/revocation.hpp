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

// Ends grants: the intention is stored first, then the key is revoked upstream, then the row is
// removed. If it is interrupted, resume() continues. Each step is recorded in the audit log.
// Blocking; thread-safe.
class Revocation {
public:
    Revocation(AdminStore& store, SpendingStore& spending, KeyProvider& provider, AuditLog& audit,
               const base::Clock& clock)
        : store_(store), spending_(spending), provider_(provider), audit_(audit), clock_(clock) {}

    // Returns the grant as it was. The spending of its key today is stored. A grant whose key is
    // still being made (is_ending_attempt) is shown to nobody from now on, and ends by itself when
    // its attempt is over. If the key was replaced meanwhile, its successor is revoked. A grant
    // that is being revoked already is ended now. Fails with not_found, with conflict if the key is
    // not active and `what` requires that, and as the store and the provider do. If the intention
    // was stored by then, resume() continues.
    base::Result<Grant> revoke(const std::string& grant_id, const Initiator& by, const std::string& reason,
                               const std::optional<Hold>& hold, base::Deadline deadline,
                               EndsWhat what = EndsWhat::any_row);

    // Continues a revocation that has begun, and ends the key as revoke() does. `by` is named in
    // the audit log.
    base::Result<void> resume(const Grant& grant, const Initiator& by, const std::string& detail,
                              base::Deadline deadline);
    // Continues all revocations that have begun.
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
