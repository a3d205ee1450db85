#pragma once

#include "audit/audit_log.hpp"
#include "base/secret.hpp"
#include "identity/identity_provider.hpp"
#include "identity/initiator.hpp"
#include "keys/admin_store.hpp"
#include "keys/issuance.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

// An organizer's actions on one key or account, except ending it (Revocation, BulkRevoker). Each
// action is written to the audit log before it begins. Blocking (database and upstream);
// thread-safe.
class Administration {
public:
    Administration(AdminStore& store, Issuance& issuance, KeyProvider& provider, IdentityProvider& identity,
                   AuditLog& audit, const base::Clock& clock)
        : store_(store), issuance_(issuance), provider_(provider), identity_(identity), audit_(audit), clock_(clock) {}

    // Makes a key for an account, which need not be signed in. If `login` is empty, GitHub is asked
    // for it; if GitHub does not answer, a name is made from the id until the next sign-in corrects
    // it. Fails with not_found if GitHub knows no such account, with invalid_input if `login` can
    // be no login, or with an error of the audit log; the outcome of minting is in the answer.
    base::Result<IssueAnswer> mint(const Terms& terms, GithubUserId id, std::string login, const Initiator& by);

    // Switches a key off or on, or changes its cap: stores the change first, then tells upstream.
    // Fails with not_found, with conflict if the key is not active, and with invalid_input if there
    // is nothing to change. With upstream_down and the like, the change is stored, and upstream is
    // told again until it knows it. `bulk_id`: of the bulk change that this is part of; empty:
    // none.
    base::Result<Grant> change(const std::string& grant_id, const KeyChange& change, const std::string& reason,
                               const Initiator& by, const std::string& bulk_id = {});

    // Returns the raw key, and records this for the key's owner. Fails with invalid_input if there
    // is no reason, and with not_found if there is no such key or it was never kept.
    base::Result<base::Secret> reveal(const std::string& grant_id, const std::string& reason, const Initiator& by);

    // Sets the account's hold; nullopt removes it.
    base::Result<void> set_hold(GithubUserId id, const std::optional<Hold>& hold, const Initiator& by);

private:
    base::Result<std::string> find_login(GithubUserId id);

    AdminStore& store_;
    Issuance& issuance_;
    KeyProvider& provider_;
    IdentityProvider& identity_;
    AuditLog& audit_;
    const base::Clock& clock_;
};

}  // namespace llmapikey
