#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>

#include "base/clock.hpp"
#include "base/result.hpp"

namespace llmapikey::app {

// The database's time, which all processes on it share, whatever their own machines' clocks say:
// read now and then, and counted on from there by a clock that nobody sets. Thread-safe.
class DatabaseClock final : public base::Clock {
public:
    using Micros = std::chrono::microseconds;
    // Asks the database; the time since 1970.
    using Read = std::function<base::Result<Micros>()>;
    // A clock that only goes on, since whenever.
    using Elapsed = std::function<Micros()>;

    explicit DatabaseClock(Read read, Elapsed elapsed = since_boot)
        : read_(std::move(read)), elapsed_(std::move(elapsed)) {}

    // To be called before the first look, and then every few seconds: the database may have moved
    // to another machine. Fails as the database does; then the time goes on as it was known.
    base::Result<void> refresh();
    base::Timestamp now() const override { return std::chrono::floor<base::Seconds>(precise()); }
    // How far this machine's clock is ahead; negative: behind.
    std::chrono::duration<double> skew_of_machine() const {
        return std::chrono::system_clock::now() - std::chrono::sys_time<std::chrono::nanoseconds>(precise());
    }

private:
    static Micros since_boot();
    std::chrono::sys_time<Micros> precise() const {
        return std::chrono::sys_time<Micros>(elapsed_() + Micros{ahead_.load()});
    }

    const Read read_;
    const Elapsed elapsed_;
    std::atomic<std::int64_t> ahead_{0};  // the database's time when nothing had elapsed
};

}  // namespace llmapikey::app
