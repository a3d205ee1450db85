#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "net/http_types.hpp"
#include "sandbox/openrouter_ledger.hpp"

// Chat completions and models of the simulated OpenRouter: deterministic text at plausible prices.
namespace llmapikey::sandbox {

// Answers the request for this key, and meters its cost to the ledger.
net::Response complete_chat(OpenRouterLedger& ledger, SimulatedKey& key, const std::string& body, base::Timestamp now);
net::Response list_models();

}  // namespace llmapikey::sandbox
