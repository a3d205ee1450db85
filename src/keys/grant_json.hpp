#pragma once

#include <boost/json/object.hpp>

#include "keys/admin_store.hpp"
#include "keys/key_store.hpp"

namespace llmapikey {

// Returns keys and accounts as the JSON API and the commands' --json show them
// (web/openapi/openapi.json). They never contain a raw key, sealed or not. Amounts are numbers of
// US dollars; times are RFC 3339 in UTC.
//
// What an organizer reads of a key: everything that its recipient reads, and what only organizers
// may read.
boost::json::object to_json(const Grant& grant);
// What its recipient reads.
boost::json::object to_own_json(const Grant& grant);
boost::json::object to_json(const LedgerEntry& entry);
boost::json::value to_json(const std::optional<Hold>& hold);
// Returns {"key", "hold", "ended"}.
boost::json::object to_json(const Account& account, const std::vector<LedgerEntry>& ledger);

}  // namespace llmapikey
