#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/key_provider.hpp"

// OpenRouter's JSON, read leniently: unknown fields are ignored, numbers may be text, and dates
// come in two forms. The fields are those of the OpenAPI document of OpenRouter's key endpoints.
// These functions are pure and thread-safe.
namespace llmapikey {

std::string to_create_body(const MintRequest& request, const std::string& workspace_id);
std::string to_update_body(const KeyUpdate& change);

struct CreateAnswer {
    std::string raw_key;
    std::string delete_handle;
};
// Parses the answer to a create. Either part can be empty.
CreateAnswer parse_create_answer(std::string_view body);

// Returns nullopt if `data` is no object with a hash.
std::optional<UpstreamKey> parse_key_answer(std::string_view body);
// Skips items without a hash. Returns nullopt if `data` is no array.
std::optional<std::vector<UpstreamKey>> parse_list_answer(std::string_view body);
std::optional<Credits> parse_credits_answer(std::string_view body);
// Sums up the rows by model, the most expensive first. Rows without a model are passed over.
std::optional<std::vector<ModelSpending>> parse_activity_answer(std::string_view body);

std::string to_assignment_body(const std::string& delete_handle);
// Returns how many keys were put under a guardrail; nullopt if the answer does not say so.
std::optional<std::int64_t> parse_assigned_count(std::string_view body);
struct AssignedKeys {
    std::vector<std::string> delete_handles;
    std::size_t total_count = 0;  // of all pages
};
// Returns the keys that are under a guardrail; nullopt if `data` is no array.
std::optional<AssignedKeys> parse_assigned_keys(std::string_view body);
// Returns how many policies of one type apply to a key, whether assigned or the workspace's
// default; nullopt if the answer does not say so.
std::optional<std::size_t> parse_policy_count(std::string_view body);
// Returns nullopt if `data` is no object with an id or a name.
std::optional<Guardrail> parse_guardrail_answer(std::string_view body);

// Returns the message of an error body for a log: printable, short, and without anything that looks
// like a key. Empty if there is none.
std::string parse_error_message(std::string_view body);

}  // namespace llmapikey
