#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "net/http_types.hpp"
#include "sandbox/openrouter/openrouter_guardrails.hpp"
#include "sandbox/openrouter/openrouter_ledger.hpp"
#include "sandbox/openrouter/openrouter_scene.hpp"

// Chat completions of the simulated OpenRouter: deterministic text at plausible prices.
namespace llmapikey::sandbox {

struct ChatParts {
    OpenRouterLedger& ledger;
    const OpenRouterGuardrails& guardrails;
    OpenRouterScene& scene;
};

// Answers the request for this key if its guardrail and its cap allow it, and adds the cost to the
// ledger, unless the scene asks for another answer.
net::Response complete_chat(const ChatParts& parts, SimulatedKey& key, std::string_view body, base::Timestamp now);

}  // namespace llmapikey::sandbox
