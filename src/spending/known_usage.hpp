#pragma once

#include "base/work_queue.hpp"
#include "spending/usage.hpp"

namespace llmapikey::web {

// What is known of a key's spending now; has `background` ask the upstream if it is time to.
service::UsageCache::Known known_usage(service::UsageCache& cache, base::WorkQueue& background,
                                       const domain::Grant& grant);

}  // namespace llmapikey::web
