#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

#include "net/http_types.hpp"

namespace llmapikey::sandbox {

// A model of the simulated OpenRouter.
struct Model {
    const char* id;
    const char* canonical_slug;  // differs from the id for some models, as at OpenRouter
    const char* name;
    int context_length;
    std::int64_t prompt_nano_usd;      // per token
    std::int64_t completion_nano_usd;  // per token

    // Returns the part of the id before the slash, such as "openai".
    std::string provider() const;
};

std::span<const Model> all_models();
// Finds a model by its id or canonical slug; returns null if there is none.
const Model* find_model(std::string_view name);

// Answers GET /models with the models that `is_listed` accepts. The answer has all of them, unless
// the query has `offset` or `limit`.
net::Response list_models(std::string_view query, const std::function<bool(const Model&)>& is_listed);

}  // namespace llmapikey::sandbox
