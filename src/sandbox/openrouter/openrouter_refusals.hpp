#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_types.hpp"
#include "sandbox/openrouter/openrouter_ledger.hpp"

// The refusals of chat completions by the simulated OpenRouter. Their words come from OpenRouter's
// documents and from reports of its users. `is_structured` adds error.metadata.limit_source and the
// amounts, which older answers lack.
namespace llmapikey::sandbox {

// Refuses because the key's cap is spent.
net::Response refuse_spent_key(const SimulatedKey& key, base::Timestamp now, bool is_structured);
// Refuses because the answer could cost more than what is left of the key's cap.
net::Response refuse_dear_answer(std::int64_t max_tokens, std::int64_t affordable_tokens);
// Refuses because a guardrail forbids the request; `message` says what it forbids.
net::Response refuse_by_guardrail(const std::string& message);
// Refuses because a guardrail's budget is spent.
net::Response refuse_by_budget(const std::string& message, base::MicroUsd limit, base::MicroUsd spent,
                               bool is_structured);

// Returns the refusal of that name, whatever the key has spent: "no_credits", "in_flight_budget",
// "too_heavy", "key_limit", "workspace_budget", "guardrail_budget", "moderation",
// "model_not_allowed", "no_endpoints", "rate_limited". Returns nullopt for any other name.
std::optional<net::Response> refusal_for(std::string_view cause, const SimulatedKey& key, base::Timestamp now,
                                         bool is_structured);

// is_silent_cause() accepts the names of answers without text: "length", "content_filter",
// "refusal". is_chat_cause() accepts these and the names above.
bool is_chat_cause(std::string_view cause);
bool is_silent_cause(std::string_view cause);

}  // namespace llmapikey::sandbox
