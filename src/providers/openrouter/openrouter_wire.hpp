#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/key_provider.hpp"

// OpenRouter's JSON, read leniently: unknown fields are ignored, numbers may be text, dates come in
// two forms. Pure; thread-safe. Fields as in the OpenAPI document of OpenRouter's key endpoints.
namespace llmapikey {

std::string to_create_body(const MintRequest& request, const std::string& workspace_id);
std::string to_update_body(const KeyUpdate& change);

struct CreateAnswer {
    std::string raw_key;
    std::string delete_handle;
};
// What the answer to a create says; either part can be empty.
CreateAnswer parse_create_answer(std::string_view body);

// Nullopt: no object with a hash under `data`.
std::optional<UpstreamKey> parse_key_answer(std::string_view body);
// Items without a hash are passed over; nullopt: no array under `data`.
std::optional<std::vector<UpstreamKey>> parse_list_answer(std::string_view body);
std::optional<Credits> parse_credits_answer(std::string_view body);

std::string to_assignment_body(const std::string& delete_handle);
// How many keys an answer says were put under a guardrail; nullopt: it does not say.
std::optional<std::int64_t> parse_assigned_count(std::string_view body);
struct AssignedKeys {
    std::vector<std::string> delete_handles;
    std::size_t total_count = 0;  // of all pages
};
// The keys that are under a guardrail; nullopt: no array under `data`.
std::optional<AssignedKeys> parse_assigned_keys(std::string_view body);
// How many policies of a type apply to a key, be they assigned or the workspace's default; nullopt:
// it does not say.
std::optional<std::size_t> parse_policy_count(std::string_view body);
// Nullopt: no object with an id or a name under `data`.
std::optional<Guardrail> parse_guardrail_answer(std::string_view body);

// What an error body says, fit for a log: printable, short, without anything that looks like a key.
// Empty if it says nothing.
std::string parse_error_message(std::string_view body);

}  // namespace llmapikey
