#pragma once

#include "keys/admin_store.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

// Tells upstream the state of a key with an unsynced change, and again if it was changed meanwhile.
// Idempotent; there is nothing to tell about a key that is gone. Fails as the store and the
// provider do; the change then stays recorded. Also fails with upstream_refused, without a retry,
// if upstream's answer shows another state than the wanted one. Blocking.
base::Result<void> synchronize_key(AdminStore& store, KeyProvider& provider, Grant grant, base::Timestamp now,
                                   base::Deadline deadline);

}  // namespace llmapikey
