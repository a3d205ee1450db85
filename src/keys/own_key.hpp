#pragma once

#include <string>

#include "keys/issuance.hpp"
#include "keys/replacement.hpp"
#include "keys/revocation.hpp"

namespace llmapikey {

// What recipients do with the key that they have, but for looking at it. Blocking, thread-safe.
class OwnKey {
public:
    OwnKey(KeyStore& store, Issuance& issuance, Replacement& replacement, Revocation& revocation,
           const base::Clock& clock)
        : store_(store), issuance_(issuance), replacement_(replacement), revocation_(revocation), clock_(clock) {}

    // A new key in the place of the one with this id; pressing twice makes one. `grant_id` empty:
    // whichever there is. What the old one has spent today lowers the new one's cap until the day
    // is over.
    IssueAnswer rotate(const Terms& terms, const Recipient& recipient, const std::string& grant_id,
                       const std::string& origin);

    // Revokes the key and frees its place; none is taken again before the caps are reset.
    // Gives given_back, ending, no_key or switched_off. store_unavailable and the
    // like: nothing was done.
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
