#pragma once

#include <string>
#include <vector>

#include "audit/audit_log.hpp"
#include "identity/initiator.hpp"
#include "keys/admin_store.hpp"
#include "providers/key_provider.hpp"
#include "spending/spending.hpp"

namespace llmapikey {

// Stores the steps of a replacement. Each operation is one transaction. Blocking; thread-safe; can
// fail with Errc::store_unavailable as KeyStore can.
class ReplacementStore {
public:
    virtual ~ReplacementStore() = default;
    // active -> replacing, with an entry in the ledger. From now on the key is shown to nobody, and
    // the intention survives a crash. Errc::conflict if the key is not active, an organizer has
    // disabled it, or its account is on hold; and for a recipient or a bulk change while minting is
    // paused, because no key would follow. Also if the bulk change has ended or was stopped.
    virtual base::Result<Grant> begin_replacement(const std::string& grant_id, const Ending& ending) = 0;
    // Call this after the key is gone upstream: replacing -> waiting, as a new grant with the id
    // `new_id`; closes the ledger entry. Errc::conflict if another process has done it, or if the
    // row is gone or is being revoked.
    virtual base::Result<Grant> finish_replacement(const Grant& grant, const std::string& new_id,
                                                   base::Timestamp now) = 0;
    // Returns up to `limit` replacements that have begun, ordered by id and greater than `after_id`
    // (empty: from the first).
    virtual base::Result<std::vector<Grant>> list_replacing(const std::string& after_id, int limit) = 0;
};

// Ends a key so that its account can have another one in the same seat. The intention is stored
// first; then the key is disabled, its spending of today is read and stored, and it is revoked;
// then the row waits for its turn (Issuance). There are never two keys, because the old key is gone
// before the new one is requested. If it is interrupted, resume() continues. Blocking; thread-safe.
class Replacement {
public:
    Replacement(ReplacementStore& store, SpendingStore& spending, KeyProvider& provider, AuditLog& audit,
                const base::Clock& clock)
        : store_(store), spending_(spending), provider_(provider), audit_(audit), clock_(clock) {}

    // Returns the waiting grant. Fails with conflict as begin_replacement() does, and as the stores
    // and the provider do. If the intention was stored by then, resume() continues. `bulk_id`: of
    // the bulk change that this is part of; empty: none.
    base::Result<Grant> begin(const Grant& grant, const Initiator& by, const std::string& reason,
                              base::Deadline deadline, const std::string& bulk_id = {});
    // Continues a replacement that has begun. Returns the waiting grant. Fails with conflict if
    // another process has finished it.
    base::Result<Grant> resume(const Grant& grant, base::Deadline deadline);

private:
    ReplacementStore& store_;
    SpendingStore& spending_;
    KeyProvider& provider_;
    AuditLog& audit_;
    const base::Clock& clock_;
};

}  // namespace llmapikey
