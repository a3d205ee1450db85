#pragma once

#include "providers/provider_traits.hpp"

namespace llmapikey {

inline constexpr SuggestedModel openrouter_models[] = {
    {"openai/gpt-4o-mini", "GPT-4o mini", "very cheap"},
    {"meta-llama/llama-3.3-70b-instruct", "Llama 3.3 70B", "very cheap"},
    {"deepseek/deepseek-chat", "DeepSeek", "cheap"},
    {"openai/gpt-4o", "GPT-4o", "mid-priced"},
    {"anthropic/claude-sonnet-4", "Claude Sonnet 4", "expensive"},
};

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
    .suggested_models = openrouter_models,
    .key_variable = "OPENROUTER_API_KEY",
    .unknown_key_says = "User not found.",
    .variables = {.management_key = "OPENROUTER_MANAGEMENT_KEY",
                  .url = "OPENROUTER_URL",
                  .workspace = "OPENROUTER_WORKSPACE_ID",
                  .guardrail = "OPENROUTER_GUARDRAIL_ID",
                  .management_key_advice = "create a management key at https://openrouter.ai/settings/management-keys",
                  .management_keys_url = "https://openrouter.ai/settings/management-keys",
                  .credits_url = "https://openrouter.ai/settings/credits"}};

}  // namespace llmapikey
