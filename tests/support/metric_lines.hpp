#pragma once

#include <string>

#include "ops/metrics.hpp"

namespace llmapikey::test {

// Whether `line` is a whole line of what /metrics shows.
inline bool has_line(const ops::Metrics& metrics, const std::string& line) {
    return ("\n" + metrics.text()).find("\n" + line + "\n") != std::string::npos;
}

}  // namespace llmapikey::test
