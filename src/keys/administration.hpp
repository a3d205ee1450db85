#pragma once

#include "audit/audit_log.hpp"
#include "base/secret.hpp"
#include "identity/identity_provider.hpp"
#include "identity/initiator.hpp"
#include "keys/admin_store.hpp"
#include "keys/issuance.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

// What an organizer does to one key or account, but for ending it (Revocation, BulkRevoker).
// Nothing is done that the audit log does not know of before. Blocking (database and upstream);
// thread-safe.
class Administration {
public:
    Administration(AdminStore& store, Issuance& issuance, KeyProvider& provider, IdentityProvider& identity,
                   AuditLog& audit, const base::Clock& clock)
        : store_(store), issuance_(issuance), provider_(provider), identity_(identity), audit_(audit), clock_(clock) {}

    // A key for an account that need not be signed in. `login` empty: the one that GitHub knows,
    // or, where GitHub does not say, a name made of the id until the next sign-in brings the right
    // one. not_found: GitHub knows no such account. An error is of the audit log or of GitHub; what
    // became of minting is in the answer.
    base::Result<IssueAnswer> mint(const Terms& terms, GithubUserId id, std::string login, const Initiator& by);

    // Switches a key off or on, or changes its cap: stored first, then told upstream. not_found;
    // conflict: not active; invalid_input: nothing to change. upstream_down and the like: it is
    // stored, and upstream is told again until it knows.
    base::Result<Grant> change(const std::string& grant_id, const KeyChange& change, const std::string& reason,
                               const Initiator& by);

    // The raw key, and a note of it for the key's owner. invalid_input: no reason. not_found: no
    // such key, or one that was never kept.
    base::Result<base::Secret> reveal(const std::string& grant_id, const std::string& reason, const Initiator& by);

    // nullopt lifts it.
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
