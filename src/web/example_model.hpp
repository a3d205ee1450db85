#pragma once

#include <string>

#include "web/context.hpp"

namespace llmapikey::web {

// A model that keys may call, for snippets.
std::string example_model(const Services& services);

}  // namespace llmapikey::web
