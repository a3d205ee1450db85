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
    half_open,  // like open, while one probe is under way
};

struct CircuitPolicy {
    int failures_in_a_row = 5;
    // The circuit also opens if this share of the last ten seconds' calls failed, once there are
    // `calls_min` of them.
    int failed_percent = 50;
    int calls_min = 20;
    base::Millis probe_pause{400};  // between the end of a probe and the next one
};

enum class CallResult {
    answered,  // the upstream works, whether or not it accepts the call
    failed,    // there was no answer, or an answer that says that it cannot
};

// Decides whether calls upstream are worth sending. Only probes find out whether an outage is over;
// no call that matters is risked for that. It does no I/O; the caller gives the time. Thread-safe.
class CircuitBreaker {
public:
    // Called for each change of state, in order, under the lock: it must be short and must not call
    // back.
    using Listener = std::function<void(CircuitState from, CircuitState to)>;

    explicit CircuitBreaker(CircuitPolicy policy, Listener listener = {})
        : policy_(policy), listener_(std::move(listener)) {}

    // A Pass is given to a call that is let through. A result does not count if its call was sent
    // before the circuit last opened or closed.
    struct Pass {
        std::uint64_t era = 0;
    };

    // Ordinary calls use these. admit() returns nullopt unless the circuit is closed. Recording a
    // result is optional.
    std::optional<Pass> admit() const;
    void record(Pass pass, CallResult result, SteadyTime now);

    // Probes use these. If begin_probe() returns true, the caller must send one probe now and then
    // call end_probe(). It returns true only while the circuit is open, and for one probe at a
    // time.
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
