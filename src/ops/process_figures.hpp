#pragma once

#include <vector>

#include "ops/figures.hpp"

namespace llmapikey::ops {

// What the system says of this process, with the names that all Prometheus clients give it: memory, descriptors,
// processor time, start. What /proc does not tell is left out.
std::vector<Figure> process_figures();

}  // namespace llmapikey::ops
