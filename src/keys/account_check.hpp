#pragma once

#include "keys/admin_store.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

// Whether upstream knows a key that a row holds: then it is the account that our keys are in, and
// what it does not know is gone. True also where there is no row to tell by. Looks at a few rows,
// the newest first. Fails as store and provider do.
base::Result<bool> is_our_account(AdminStore& store, KeyProvider& provider, base::Deadline deadline);

}  // namespace llmapikey
