#pragma once

#include <boost/json/object.hpp>

#include "keys/admin_store.hpp"
#include "keys/key_store.hpp"

namespace llmapikey {

// Keys and accounts as the JSON API and the commands' --json show them (web/openapi/openapi.json).
// No raw key, sealed or not, is ever among them. Amounts are numbers of US dollars, times RFC 3339
// in UTC.
boost::json::object to_json(const Grant& grant);
boost::json::object to_json(const LedgerEntry& entry);
boost::json::value to_json(const std::optional<Hold>& hold);
// {"key", "hold", "ended"}
boost::json::object to_json(const Account& account, const std::vector<LedgerEntry>& ledger);

}  // namespace llmapikey
