#pragma once

#include <vector>

#include "ops/metric.hpp"

namespace llmapikey::ops {

// What the system says of this process, with the names that all Prometheus clients give it: memory,
// descriptors, processor time, start. What /proc does not tell is left out.
std::vector<Metric> process_metrics();

}  // namespace llmapikey::ops
