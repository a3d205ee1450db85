#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "sandbox/openrouter/openrouter_ledger.hpp"

// JSON of keys, as the simulated OpenRouter's API and ledger show them.
namespace llmapikey::sandbox {

boost::json::object key_object(const SimulatedKey& key, base::Timestamp now);
// Returns the object of GET /key, which has no hash and no name.
boost::json::object own_key_object(const SimulatedKey& key, base::Timestamp now);
// Returns the key object with "deleted_at", "hint" and "guardrail_id", limited to the fields in
// `only` unless `only` is empty.
boost::json::object ledger_entry(const SimulatedKey& key, base::Timestamp now, std::span<const std::string_view> only);

// Read the fields that a body has. They return the first complaint; empty if all fields are valid.
std::string take_settings(const boost::json::object& fields, KeySettings& settings);
std::string take_new_key(const boost::json::object& fields, NewKey& key);

}  // namespace llmapikey::sandbox
