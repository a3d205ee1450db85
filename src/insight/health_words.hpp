#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "insight/overview.hpp"
#include "insight/overview_views.hpp"

namespace llmapikey {

// Returns what an organizer should know of now, the most urgent first; empty if all is fine.
// `provider`: its name.
std::vector<HealthPart> health_of(const Overview& overview, std::string_view provider);

// Returns the sentence that is said if all is fine: "All 98 keys are fine."
std::string fine_words(const Overview& overview);

}  // namespace llmapikey
