#pragma once

#include "keys/admin_store.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

// Returns whether upstream knows a key of at least one of our rows. If it does, it is the account
// that our keys are in, and a key that it does not know is gone. Also returns true if no row can
// tell. Asks for at most three keys, newest first. Fails as the store and the provider do.
base::Result<bool> is_our_account(AdminStore& store, KeyProvider& provider, base::Deadline deadline);

}  // namespace llmapikey
