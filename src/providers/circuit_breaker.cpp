#include "providers/circuit_breaker.hpp"

namespace llmapikey {

std::optional<CircuitBreaker::Pass> CircuitBreaker::admit() const {
    const std::lock_guard lock(mutex_);
    if (state_ != CircuitState::closed) return std::nullopt;
    return Pass{era_};
}

void CircuitBreaker::record(Pass pass, CallResult result, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    if (state_ != CircuitState::closed || pass.era != era_) return;
    calls_.add(now);
    if (result == CallResult::answered) {
        failures_in_a_row_ = 0;
        return;
    }
    ++failures_in_a_row_;
    failures_.add(now);
    if (!is_outage(now)) return;
    next_probe_at_ = now + policy_.probe_pause;
    become(CircuitState::open);
}

bool CircuitBreaker::begin_probe(SteadyTime now) {
    const std::lock_guard lock(mutex_);
    if (state_ != CircuitState::open || now < next_probe_at_) return false;
    become(CircuitState::half_open);
    return true;
}

void CircuitBreaker::end_probe(CallResult result, SteadyTime now) {
    const std::lock_guard lock(mutex_);
    if (state_ != CircuitState::half_open) return;
    next_probe_at_ = now + policy_.probe_pause;
    become(result == CallResult::answered ? CircuitState::closed : CircuitState::open);
}

CircuitState CircuitBreaker::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

void CircuitBreaker::become(CircuitState state) {
    const CircuitState before = state_;
    state_ = state;
    if (before == CircuitState::closed || state == CircuitState::closed) {
        ++era_;
        failures_in_a_row_ = 0;
        calls_ = failures_ = RecentCount();
    }
    if (listener_) listener_(before, state);
}

bool CircuitBreaker::is_outage(SteadyTime now) const {
    if (failures_in_a_row_ >= policy_.failures_in_a_row) return true;
    const int calls = calls_.total(now);
    return calls >= policy_.calls_min && failures_.total(now) * 100 >= calls * policy_.failed_percent;
}

}  // namespace llmapikey
