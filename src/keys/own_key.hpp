#pragma once

#include <string>

#include "keys/issuance.hpp"
#include "keys/replacement.hpp"
#include "keys/revocation.hpp"

namespace llmapikey {

// A recipient's actions on their own key, except looking at it. Blocking; thread-safe.
class OwnKey {
public:
    OwnKey(KeyStore& store, Issuance& issuance, Replacement& replacement, Revocation& revocation,
           const base::Clock& clock)
        : store_(store), issuance_(issuance), replacement_(replacement), revocation_(revocation), clock_(clock) {}

    // Replaces the key with this id; two presses make one new key. An empty `grant_id` means the
    // account's key, whichever it is. What the old key has spent today lowers the new key's cap
    // until the day is over.
    IssueAnswer rotate(const Recipient& recipient, const std::string& grant_id, const std::string& origin);

    // Revokes the key and frees its seat; the account may not take another key before the caps are
    // reset. Returns given_back, ending, no_key or switched_off. With an error, the key is
    // unchanged as far as is known.
    base::Result<KeyOutcome> give_back(const Recipient& recipient, const std::string& grant_id,
                                       const std::string& origin);

private:
    KeyStore& store_;
    Issuance& issuance_;
    Replacement& replacement_;
    Revocation& revocation_;
    const base::Clock& clock_;
};

}  // namespace llmapikey
