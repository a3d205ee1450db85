#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "net/http_types.hpp"
#include "sandbox/openrouter_guardrails.hpp"
#include "sandbox/openrouter_ledger.hpp"

// Chat completions of the simulated OpenRouter: deterministic text at plausible prices.
namespace llmapikey::sandbox {

// Answers the request for this key if its guardrail and its cap allow it, and meters its cost to the ledger.
net::Response complete_chat(OpenRouterLedger& ledger, const OpenRouterGuardrails& guardrails, SimulatedKey& key,
                            std::string_view body, base::Timestamp now);

}  // namespace llmapikey::sandbox
