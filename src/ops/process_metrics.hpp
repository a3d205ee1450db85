#pragma once

#include <vector>

#include "ops/metric.hpp"

namespace llmapikey::ops {

// Returns the metrics of this process under the names that all Prometheus clients use: memory,
// descriptors, processor time, start. Values that /proc does not show are left out.
std::vector<Metric> process_metrics();

}  // namespace llmapikey::ops
