#pragma once

#include "base/clock.hpp"
#include "service/admin_store.hpp"
#include "service/audit_log.hpp"
#include "service/key_provider.hpp"

namespace llmapikey::service {

struct ResumedRevocation {
    domain::Grant grant;
    base::Result<void> outcome;
};

// Ends grants: first the intention is stored, then the key is revoked upstream, then the row goes. Whatever dies in
// between, resume() takes it up; each step is noted in the audit log. Blocking, thread-safe.
class Revocation {
public:
    Revocation(AdminStore& store, KeyProvider& provider, AuditLog& audit, const base::Clock& clock)
        : store_(store), provider_(provider), audit_(audit), clock_(clock) {}

    // Gives the grant as it was. not_found, conflict: as AdminStore::begin_revocation. Fails as store and provider do;
    // where the intention was stored by then, the key is shown to nobody any more, and resume() ends it. `origin`: the
    // client's address, or "cli".
    base::Result<domain::Grant> revoke(const RevocationRequest& request, const std::string& origin,
                                       base::Deadline deadline);

    // Takes up a revocation that has begun and not ended.
    base::Result<void> resume(const domain::Grant& grant, const std::string& actor, base::Deadline deadline);
    // Takes up every one of them.
    base::Result<std::vector<ResumedRevocation>> resume_all(const std::string& actor, base::Deadline deadline);

private:
    base::Result<void> finish(const domain::Grant& grant, base::Deadline deadline);
    AuditEntry entry_for(const domain::Grant& grant, const std::string& actor, const std::string& origin) const;

    AdminStore& store_;
    KeyProvider& provider_;
    AuditLog& audit_;
    const base::Clock& clock_;
};

}  // namespace llmapikey::service
