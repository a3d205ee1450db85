#pragma once

#include "grant/grant.hpp"
#include "providers/key_provider.hpp"
#include "spending/spending.hpp"

namespace llmapikey {

// Ends a grant's key upstream: switches it off, stores what it has spent today (which is final
// then, except for calls under way), and revokes it. Each step can be repeated; a key that is gone
// already counts as success. Fails as the provider and the store do.
base::Result<void> end_key_upstream(KeyProvider& provider, SpendingStore& spending, const Grant& grant,
                                    base::Timestamp now, base::Deadline deadline);

}  // namespace llmapikey
