#pragma once

#include "base/work_queue.hpp"
#include "spending/usage.hpp"

namespace llmapikey {

// What is known of a key's spending now; has `background` ask the upstream if it is time to.
UsageCache::Known known_usage(UsageCache& cache, base::WorkQueue& background, const Grant& grant);

}  // namespace llmapikey
