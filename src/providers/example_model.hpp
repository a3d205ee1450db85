#pragma once

#include <string>

#include "providers/guardrail_watch.hpp"

namespace llmapikey {

// Returns a model that keys may call, for snippets: `usual` if the guardrail allows it, else the
// first model that it allows. A provider may list canonical slugs, which can have a date after the
// name that one calls.
std::string example_model(const GuardrailWatch& watch, const std::string& usual);

}  // namespace llmapikey
