#pragma once

#include "base/result.hpp"
#include "cli/progress.hpp"
#include "config/config.hpp"
#include "sandbox/openrouter/openrouter_lookalike.hpp"
#include "sandbox/skewed_clock.hpp"

namespace llmapikey::cli {

// Lets a giveaway of thirty days happen before the sandbox starts, in the service's own services
// and at the look-alike, by a clock that is put back and steps forward to now: so every table is
// what the service would have written. `clock` must be the look-alike's. The database exists and
// has its schema; `config` is the service's. No amount is random.
base::Result<void> live_through_thirty_days(const config::Config& config, sandbox::OpenRouterLookalike& provider,
                                            sandbox::SkewedClock& clock, Progress& progress);

}  // namespace llmapikey::cli
