#pragma once

#include "keys/admin_store.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

// Tells upstream what a key with an unsynced change is to be, and again if it was changed
// meanwhile. Idempotent; a key that is gone has nothing to be told. Fails as store and provider do;
// then the change stays noted. upstream_refused: also where upstream was told, and its answer shows
// another state than the one wished for; that is told once. Blocking.
base::Result<void> synchronize_key(AdminStore& store, KeyProvider& provider, Grant grant, base::Timestamp now,
                                   base::Deadline deadline);

}  // namespace llmapikey
