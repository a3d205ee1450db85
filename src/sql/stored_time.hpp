#pragma once

#include <cstdint>

#include "base/clock.hpp"

namespace llmapikey {

// Both databases store times as whole Unix seconds.
inline base::Timestamp time_of(std::int64_t seconds) {
    return base::Timestamp{base::Seconds{seconds}};
}
inline std::int64_t seconds_of(base::Timestamp time) {
    return time.time_since_epoch().count();
}

}  // namespace llmapikey
