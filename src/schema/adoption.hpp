#pragma once

#include <chrono>

#include "base/crypto.hpp"
#include "base/money.hpp"
#include "sql/postgres/connection.hpp"

// Adopts the table of the older JavaScript deployment, and gives it back. Everything here runs in
// the migration's transaction, so that a killed process leaves the table as it was.
//
// The older deployment has had three layouts of llmapikey.api_keys: without openrouter_key; with
// it, in plain text; with openrouter_key_hash renamed to openrouter_delete_hash. Changes of a
// layout are recorded in llmapikey.adoption and undone from there.
namespace llmapikey::postgres {

// Values that the older deployment had in its configuration and did not store.
struct AdoptionPolicy {
    const base::Sealer* sealer = nullptr;  // null: KEY_ENCRYPTION_SECRET is not set
    base::MicroUsd daily_limit;            // of keys whose limit is unknown
    std::chrono::days key_lifetime{90};    // of keys whose lifetime is unknown, from their creation
};

// Brings an existing table to this program's columns and seals every raw key. Runs before the
// schema is created; does nothing without a table. store_unavailable: the table has an unknown
// layout, or there are keys to seal and no sealer.
base::Result<void> adopt(Connection& connection, const AdoptionPolicy& policy, base::Deadline deadline);

// Restores raw keys in plain text and the former layout. Runs after the schema was undone. A table
// that is empty and was not adopted is dropped. store_unavailable: KEY_ENCRYPTION_SECRET does not
// open a key.
base::Result<void> give_back(Connection& connection, const AdoptionPolicy& policy, base::Deadline deadline);

}  // namespace llmapikey::postgres
