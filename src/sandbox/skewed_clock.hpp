#pragma once

#include <atomic>

#include "base/clock.hpp"

namespace llmapikey::sandbox {

// Shows the time of another clock, put forward or back. Thread-safe.
class SkewedClock final : public base::Clock {
public:
    // `clock` must outlive this object.
    explicit SkewedClock(const base::Clock& clock) : clock_(clock) {}

    base::Timestamp now() const override { return clock_.now() + skew(); }
    base::Seconds skew() const { return base::Seconds{skew_seconds_.load()}; }
    void set_skew(base::Seconds skew) { skew_seconds_ = skew.count(); }

private:
    const base::Clock& clock_;
    std::atomic<base::Seconds::rep> skew_seconds_{0};
};

}  // namespace llmapikey::sandbox
