#pragma once

#include <span>
#include <string>
#include <vector>

#include "providers/guardrail_watch.hpp"
#include "providers/provider_traits.hpp"

namespace llmapikey {

// Returns a model that keys may call, for snippets: `usual` if the guardrail allows it, else the
// first model that it allows. A provider may list canonical slugs, which can have a date after the
// name that one calls.
std::string example_model(const GuardrailWatch& watch, const std::string& usual);

// A model to try, with texts of its own.
struct ModelToTry {
    std::string id, name, price;  // the price is a word; empty: not known
};

// Returns the models to offer for a try: of the provider's suggestions those that the guardrail
// allows, and example_model() first.
std::vector<ModelToTry> models_to_try(const GuardrailWatch& watch, std::span<const SuggestedModel> suggested,
                                      const std::string& usual);

}  // namespace llmapikey
