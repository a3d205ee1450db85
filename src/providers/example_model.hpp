#pragma once

#include <string>

#include "providers/guardrail_watch.hpp"

namespace llmapikey {

// A model that keys may call, for snippets: `usual`, or the first that the guardrail allows. A
// provider may list canonical slugs, which may have a date behind what one calls.
std::string example_model(const GuardrailWatch& watch, const std::string& usual);

}  // namespace llmapikey
