#pragma once

#include <functional>
#include <thread>

#include "base/clock.hpp"

namespace llmapikey::test {

// Waits until `condition` holds, at most ten seconds, and returns whether it does.
inline bool becomes_true(const std::function<bool()>& condition) {
    const auto end = base::Deadline::after(base::Seconds{10});
    while (!condition() && !end.has_passed())
        std::this_thread::sleep_for(base::Millis{1});
    return condition();
}

}  // namespace llmapikey::test
