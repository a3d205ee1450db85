#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>

#include "providers/recent_count.hpp"

namespace llmapikey {

enum class CircuitState {
    closed,     // calls go through
    open,       // calls fail at once: the upstream does not answer as it should
    half_open,  // as open, while one probe is under way
};

struct CircuitPolicy {
    int failures_in_a_row = 5;
    // Or so many of the calls of the last ten seconds, once there were enough of them to say.
    int failed_percent = 50;
    int calls_min = 20;
    base::Millis probe_pause{400};  // between the end of a probe and the next one
};

enum class CallResult {
    answered,  // the upstream is there, whether or not it likes the call
    failed,    // no answer, or one that says that it cannot
};

// Whether calls upstream are worth making. No call that means anything is ever the one that finds
// out whether an outage is over: that is for probes alone. Pure but for its lock: time comes from
// the caller. Thread-safe.
class CircuitBreaker {
public:
    // Told of each change, in order. Runs under the lock: must be short and must not call back.
    using Listener = std::function<void(CircuitState from, CircuitState to)>;

    explicit CircuitBreaker(CircuitPolicy policy, Listener listener = {})
        : policy_(policy), listener_(std::move(listener)) {}

    // Goes with a call that was let through. What was sent before the circuit last opened or closed
    // says nothing of now, so its result does not count.
    struct Pass {
        std::uint64_t era = 0;
    };

    // For ordinary calls: nullopt unless closed. Whoever has a pass need not record a result.
    std::optional<Pass> admit() const;
    void record(Pass pass, CallResult result, SteadyTime now);

    // For probes: true if the caller is to send one now, and call end_probe() after. One at a time,
    // only while open.
    bool begin_probe(SteadyTime now);
    void end_probe(CallResult result, SteadyTime now);

    CircuitState state() const;

private:
    void become(CircuitState state);
    bool is_outage(SteadyTime now) const;

    const CircuitPolicy policy_;
    const Listener listener_;
    mutable std::mutex mutex_;
    CircuitState state_ = CircuitState::closed;
    std::uint64_t era_ = 0;
    int failures_in_a_row_ = 0;
    RecentCount calls_, failures_;
    SteadyTime next_probe_at_{};
};

}  // namespace llmapikey
