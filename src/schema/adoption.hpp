#pragma once

#include <chrono>

#include "base/crypto.hpp"
#include "base/money.hpp"
#include "sql/postgres/connection.hpp"

// Taking over the table of the older JavaScript deployment, and giving it back. Everything here
// runs inside the migration's transaction, so that a killed process leaves the table as it was.
//
// The older deployment has known three layouts of llmapikey.api_keys: without openrouter_key; with
// it, in plain text; with openrouter_key_hash renamed to openrouter_delete_hash. What is changed in
// a layout is noted in llmapikey.adoption, and undone from there.
namespace llmapikey::postgres {

// What the older deployment knew from its configuration and did not write down.
struct AdoptionPolicy {
    const base::Sealer* sealer = nullptr;  // null: KEY_ENCRYPTION_SECRET is not set
    base::MicroUsd daily_limit;            // of keys whose limit is not known
    std::chrono::days key_lifetime{90};    // likewise, from their creation
};

// Before the schema is created: brings a table that is there to its columns, every raw key sealed.
// No table: nothing to do. store_unavailable: not a table that it knows, or keys to seal and
// nothing to seal them with.
base::Result<void> adopt(Connection& connection, const AdoptionPolicy& policy, base::Deadline deadline);

// After the schema was undone: raw keys in plain text, the layout as it was found. Drops a table
// that holds nothing and was not found. store_unavailable: a key that this KEY_ENCRYPTION_SECRET
// does not open.
base::Result<void> give_back(Connection& connection, const AdoptionPolicy& policy, base::Deadline deadline);

}  // namespace llmapikey::postgres
