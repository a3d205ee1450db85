#pragma once

#include <string>

#include "http/context.hpp"

namespace llmapikey {

// Returns the path of the page that sent a form, for a link back: the referring page if it can be
// opened again, otherwise the console, the dashboard or the start page, depending on the form's
// route.
std::string way_back(const Context& context);

}  // namespace llmapikey
