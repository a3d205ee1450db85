#pragma once

#include "base/clock.hpp"
#include "base/work_queue.hpp"
#include "http/context.hpp"
#include "spending/usage.hpp"
#include "trial/trials.hpp"

namespace llmapikey {

// Serves trials: one question to a model, answered as a page or as a stream of events.
struct TrialRoutes {
    Trials& trials;
    UsageCache& usage;
    const base::Clock& clock;
    base::WorkQueue& background_queue;

    net::Response ask(const Context& context) const;
};

}  // namespace llmapikey
