#pragma once

#include <string>
#include <vector>

#include "audit/audit_log.hpp"
#include "identity/initiator.hpp"
#include "keys/admin_store.hpp"
#include "providers/key_provider.hpp"
#include "spending/spending.hpp"

namespace llmapikey {

// How a grant's key makes room for another one in the same place. Each operation is one
// transaction. Blocking, thread-safe; can fail with Errc::store_unavailable as KeyStore.
class ReplacementStore {
public:
    virtual ~ReplacementStore() = default;
    // active -> replacing, with an entry in the ledger. From now on the key is shown to nobody, and
    // the intention survives everything. Errc::conflict: not active, switched off by an organizer,
    // or its account is on hold.
    virtual base::Result<Grant> begin_replacement(const std::string& grant_id, const Ending& ending) = 0;
    // After the key is gone upstream: replacing -> waiting, as a grant of its own with the id
    // `new_id`, and closes the ledger's entry. Errc::conflict: somebody else has done it, or the
    // row is gone or is being revoked by now.
    virtual base::Result<Grant> finish_replacement(const Grant& grant, const std::string& new_id,
                                                   base::Timestamp now) = 0;
    // Up to `limit` replacements that have begun, by id and greater than `after_id` (empty: from
    // the first).
    virtual base::Result<std::vector<Grant>> list_replacing(const std::string& after_id, int limit) = 0;
};

// Ends a key so that its account can have another one in the same place: first the intention is
// stored, then the key is switched off and its spending of today read and kept, then it is revoked,
// then the row waits for its turn to be minted (Issuance). Never are there two keys: the old one is
// gone before the new one is asked for. Whatever dies in between, resume() takes it up. Blocking,
// thread-safe.
class Replacement {
public:
    Replacement(ReplacementStore& store, SpendingStore& spending, KeyProvider& provider, AuditLog& audit,
                const base::Clock& clock)
        : store_(store), spending_(spending), provider_(provider), audit_(audit), clock_(clock) {}

    // Gives the waiting grant. conflict: not active, or switched off. Fails as the stores and the
    // provider do; where the intention was stored by then, resume() ends it.
    base::Result<Grant> begin(const Grant& grant, const Initiator& by, const std::string& reason,
                              base::Deadline deadline);
    // Takes up a replacement that has begun. Gives the waiting grant. conflict: somebody else has
    // ended it.
    base::Result<Grant> resume(const Grant& grant, base::Deadline deadline);

private:
    ReplacementStore& store_;
    SpendingStore& spending_;
    KeyProvider& provider_;
    AuditLog& audit_;
    const base::Clock& clock_;
};

}  // namespace llmapikey
