#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/secret.hpp"
#include "keys/admin_store.hpp"
#include "keys/issuance.hpp"

namespace llmapikey {

// The owner of a raw key.
struct FoundKey {
    std::optional<Grant> grant;  // the grant that holds this very key
    // If there is no such grant: keys with the same last characters that have ended or are being
    // ended. Nothing more is known about them.
    std::vector<LedgerEntry> ended;
};

// Looks the key up by its hint, and compares it with the opened keys of that hint. The key is
// passed to nothing else. Fails as the store does.
base::Result<FoundKey> find_by_raw_key(AdminStore& store, const Issuance& issuance, const base::Secret& raw_key);

}  // namespace llmapikey
