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
    const char* canonical_slug;  // as real ones do, some differ from the id
    const char* name;
    int context_length;
    std::int64_t prompt_nano_usd;      // a token
    std::int64_t completion_nano_usd;  // a token

    // Who serves it: what stands before the slash, "openai".
    std::string provider() const;
};

std::span<const Model> all_models();
// By id or canonical slug; null if there is none.
const Model* find_model(std::string_view name);

// GET /models, with those that `is_listed` says; all of them, unless the query has `offset` or
// `limit`.
net::Response list_models(std::string_view query, const std::function<bool(const Model&)>& is_listed);

}  // namespace llmapikey::sandbox
