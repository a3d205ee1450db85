#pragma once

#include "keys/administration.hpp"
#include "keys/attempt_history.hpp"
#include "keys/issuance.hpp"
#include "keys/own_key.hpp"
#include "keys/reconciliation.hpp"
#include "keys/recovery.hpp"
#include "keys/replacement.hpp"
#include "keys/revocation.hpp"
#include "keys/settlement.hpp"

namespace llmapikey {

// The parts below work with these; all references must outlive them.
struct KeyPartsNeeds {
    KeyStore& keys;
    MintQueue& queue;
    AdminStore& admin;
    ReplacementStore& replacements;
    SpendingStore& spending;
    AuditLog& audit;
    AttemptHistory& history;
    KeyProvider& provider;             // for calls that a person waits for
    KeyProvider& background_provider;  // for calls that are repeated if they fail
    IdentityProvider& identity;
    const base::Sealer& sealer;  // for raw keys
    const NonceMaker& nonces;
    ConcurrencyLimiter& limiter;
    const base::Clock& clock;
    base::Seconds call_timeout;  // of one call to the provider
    IssueLog log;
    std::function<void()> on_queued = {};  // see IssuanceParts
};

// All services that act on keys, put together in one way for `serve`, the commands and the tests. A
// member is listed after those that it uses.
struct KeyParts {
    explicit KeyParts(KeyPartsNeeds given) : needs(std::move(given)), issuance(issuing(), needs.call_timeout) {}
    KeyParts(const KeyParts&) = delete;
    KeyParts& operator=(const KeyParts&) = delete;

    ReconcileParts reconciling() {
        return {needs.keys,   needs.admin, needs.background_provider, background_revocation, needs.audit, needs.history,
                needs.nonces, needs.clock};
    }

    const KeyPartsNeeds needs;
    Replacement replacement{needs.replacements, needs.spending, needs.provider, needs.audit, needs.clock};
    Issuance issuance;
    Revocation revocation{needs.admin, needs.spending, needs.provider, needs.audit, needs.clock};
    OwnKey own_key{needs.keys, issuance, replacement, revocation, needs.clock};
    Administration administration{needs.admin, issuance, needs.provider, needs.identity, needs.audit, needs.clock};

    // These end what was interrupted, and end many keys at once: nobody waits for their calls.
    Replacement background_replacement{needs.replacements, needs.spending, needs.background_provider, needs.audit,
                                       needs.clock};
    Revocation background_revocation{needs.admin, needs.spending, needs.background_provider, needs.audit, needs.clock};
    Settlement settlement{needs.keys, needs.queue, needs.background_provider, needs.clock, needs.call_timeout};
    Recovery recovery{{needs.keys, needs.admin, needs.replacements, needs.background_provider, settlement,
                       background_revocation, background_replacement},
                      needs.clock};

private:
    IssuanceParts issuing() {
        return {needs.keys,   needs.queue,   needs.provider, replacement, needs.sealer,
                needs.nonces, needs.limiter, needs.clock,    needs.log,   needs.on_queued};
    }
};

}  // namespace llmapikey
