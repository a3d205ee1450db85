#pragma once

#include <boost/json/object.hpp>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "sandbox/openrouter/openrouter_ledger.hpp"

// Keys of the simulated OpenRouter as its API and its ledger say them.
namespace llmapikey::sandbox {

boost::json::object key_object(const SimulatedKey& key, base::Timestamp now);
// What GET /key says: no hash and no name.
boost::json::object own_key_object(const SimulatedKey& key, base::Timestamp now);
// The key object, with "deleted_at", "hint" and "guardrail_id"; only these fields, unless there are
// none.
boost::json::object ledger_entry(const SimulatedKey& key, base::Timestamp now, std::span<const std::string_view> only);

// What a body asks for. Take what is there; return the first complaint, or nothing if all is well.
std::string take_settings(const boost::json::object& fields, KeySettings& settings);
std::string take_new_key(const boost::json::object& fields, NewKey& key);

}  // namespace llmapikey::sandbox
