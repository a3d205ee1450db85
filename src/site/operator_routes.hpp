#pragma once

#include <atomic>

#include "base/clock.hpp"
#include "http/context.hpp"
#include "keys/key_store.hpp"
#include "ops/metrics.hpp"

namespace llmapikey {

// The state behind /readyz, and when it was last asked for.
struct Readiness {
    std::atomic<bool> is_draining{false};  // shutting down: not ready for new work
    std::atomic<base::Timestamp> last_asked_at{base::Timestamp{}};
};

// Health, readiness and metrics for operators, and robots.txt.
struct OperatorRoutes {
    Readiness& readiness;
    const base::Clock& clock;
    KeyStore& store;
    ops::Metrics& metrics;

    net::Response health(const Context& context) const;
    net::Response check_readiness(const Context& context) const;
    net::Response metrics_text(const Context& context) const;
    net::Response robots(const Context& context) const;
};

}  // namespace llmapikey
