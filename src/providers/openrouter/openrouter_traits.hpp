#pragma once

#include "providers/provider_traits.hpp"

namespace llmapikey {

// A key has 73 characters. Former keys of OpenRouter, and keys of servers used in its place, may
// differ.
inline constexpr ProviderTraits openrouter_traits{
    .name = "OpenRouter",
    .word = "openrouter",
    .key = {.prefix = "sk-or-v1-", .family = "sk-or-", .hex_digits = 64, .length_min = 40},
    .secret_made_by = SecretMaker::provider,
    .is_expiry_changeable = false,
    .day_ends_at = DayEnd::utc_midnight,
    .api_base_url = "https://openrouter.ai/api/v1",
    .models_url = "https://openrouter.ai/models",
    .example_model = "openai/gpt-4o-mini",
    .key_variable = "OPENROUTER_API_KEY",
    .unknown_key_says = "User not found.",
    .variables = {.management_key = "OPENROUTER_MANAGEMENT_KEY",
                  .url = "OPENROUTER_URL",
                  .workspace = "OPENROUTER_WORKSPACE_ID",
                  .guardrail = "OPENROUTER_GUARDRAIL_ID",
                  .management_key_advice = "create a management key at OpenRouter under Settings, Management keys"}};

}  // namespace llmapikey
