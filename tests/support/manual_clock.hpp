#pragma once

#include <atomic>

#include "base/clock.hpp"

namespace llmapikey::test {

// A clock that stands still until the test advances it. Thread-safe.
class ManualClock final : public base::Clock {
public:
    base::Timestamp now() const override { return base::Timestamp{base::Seconds{seconds_.load()}}; }
    void advance(base::Seconds by) { seconds_ += by.count(); }

private:
    std::atomic<std::int64_t> seconds_{1'790'000'000};  // 2026-09-21T14:13:20Z
};

}  // namespace llmapikey::test
