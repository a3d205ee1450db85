#pragma once

#include "base/result.hpp"

namespace llmapikey::service {

// Whether the same would happen to everything else just now, so that what works through a list had better stop.
inline bool is_outage(const base::Error& error) {
    return error.code == base::Errc::upstream_down || error.code == base::Errc::rate_limited ||
           error.code == base::Errc::misconfigured || error.code == base::Errc::store_unavailable;
}

}  // namespace llmapikey::service
