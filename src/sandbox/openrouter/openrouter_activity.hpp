#pragma once

#include <string>

#include "base/clock.hpp"
#include "net/http_types.hpp"
#include "sandbox/openrouter/openrouter_ledger.hpp"

namespace llmapikey::sandbox {

// Answers GET /activity: the spending of each of the last 30 completed UTC days by model, newest
// day first. It includes keys that were deleted since.
net::Response activity_answer(const OpenRouterLedger& ledger, std::string_view query, base::Timestamp now);

}  // namespace llmapikey::sandbox
