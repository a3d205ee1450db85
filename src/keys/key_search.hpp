#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "keys/admin_store.hpp"
#include "keys/issuance.hpp"

namespace llmapikey {

// Whose a raw key is.
struct FoundKey {
    std::optional<Grant> grant;  // that holds this very key
    // Otherwise: keys that have ended, or are being ended, and had the same last characters.
    // Nothing more is known of them.
    std::vector<LedgerEntry> ended;
};

// Looks the key up by its hint and compares it with what the sealed keys of that hint open to. The
// key goes nowhere else. Fails as the store does.
base::Result<FoundKey> find_by_raw_key(AdminStore& store, const Issuance& issuance, const base::Secret& raw_key);

}  // namespace llmapikey
