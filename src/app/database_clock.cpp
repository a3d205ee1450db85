#include "app/database_clock.hpp"

#include <ctime>

namespace llmapikey::app {

// The database looked at its clock somewhere between the question and the answer.
base::Result<void> DatabaseClock::refresh() {
    const Micros before = elapsed_();
    const auto read = TRY(read_());
    ahead_ = (read - (before + (elapsed_() - before) / 2)).count();
    return {};
}

// Goes on while the machine sleeps, unlike std::chrono::steady_clock.
DatabaseClock::Micros DatabaseClock::since_boot() {
    timespec now{};
    clock_gettime(CLOCK_BOOTTIME, &now);
    return std::chrono::duration_cast<Micros>(std::chrono::seconds{now.tv_sec} + std::chrono::nanoseconds{now.tv_nsec});
}

}  // namespace llmapikey::app
