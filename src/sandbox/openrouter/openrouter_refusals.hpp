#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "net/http_types.hpp"
#include "sandbox/openrouter/openrouter_ledger.hpp"

// How the simulated OpenRouter refuses a chat completion. The words are those that OpenRouter's
// documents and its users' reports have; `is_structured` adds error.metadata.limit_source and the
// figures, which older answers do not have.
namespace llmapikey::sandbox {

// The key's cap is spent.
net::Response refuse_spent_key(const SimulatedKey& key, base::Timestamp now, bool is_structured);
// The answer could cost more than what is left: of the key's cap, or of the account's credits.
net::Response refuse_dear_answer(std::int64_t max_tokens, std::int64_t affordable_tokens);
// A guardrail forbids it: `message` says what.
net::Response refuse_by_guardrail(const std::string& message);
// A guardrail's budget is spent.
net::Response refuse_by_budget(const std::string& message, base::MicroUsd limit, base::MicroUsd spent,
                               bool is_structured);

// The refusal of that name, whatever the key has spent: "no_credits", "in_flight_budget",
// "too_heavy", "key_limit", "workspace_budget", "guardrail_budget", "moderation",
// "model_not_allowed", "no_endpoints", "rate_limited". Nullopt: there is none of that name.
std::optional<net::Response> refusal_for(std::string_view cause, const SimulatedKey& key, base::Timestamp now,
                                         bool is_structured);

// Whether it is one of the above, or one of the ways of an answer without text: "length",
// "content_filter", "refusal".
bool is_chat_cause(std::string_view cause);
bool is_silent_cause(std::string_view cause);

}  // namespace llmapikey::sandbox
