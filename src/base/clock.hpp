#pragma once

#include <chrono>

namespace llmapikey::base {

using Seconds = std::chrono::seconds;
using Millis = std::chrono::milliseconds;
using Timestamp = std::chrono::sys_seconds;  // UTC, whole seconds

// The clocks of two replicas may differ by this much; a replica still accepts what the other
// signed.
inline constexpr Seconds replica_skew_max{std::chrono::minutes{15}};

// The source of wall-clock time. It is injected so that tests can move it. Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
};

class SystemClock final : public Clock {
public:
    Timestamp now() const override { return std::chrono::time_point_cast<Seconds>(std::chrono::system_clock::now()); }
};

// A point on the steady clock by which something must be done. It is passed down call chains by
// value.
class Deadline {
public:
    using SteadyClock = std::chrono::steady_clock;

    static Deadline after(Millis duration) { return Deadline(SteadyClock::now() + duration); }

    // Returns the time left, never less than 0.
    Millis left() const {
        const auto left = std::chrono::duration_cast<Millis>(at_ - SteadyClock::now());
        return left > Millis{0} ? left : Millis{0};
    }
    bool has_passed() const { return left() == Millis{0}; }
    SteadyClock::time_point at() const { return at_; }

    // Returns the earlier of this deadline and `duration` from now.
    Deadline or_sooner(Millis duration) const {
        const Deadline other = after(duration);
        return other.at_ < at_ ? other : *this;
    }

private:
    explicit Deadline(SteadyClock::time_point at) : at_(at) {}
    SteadyClock::time_point at_;
};

}  // namespace llmapikey::base
