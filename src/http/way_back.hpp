#pragma once

#include <string>

#include "http/context.hpp"

namespace llmapikey {

// The path of the page that a form was sent from, for a link back to it: the referring page, if it
// can be opened again; else the console, the dashboard or the start page, whichever the form
// belongs to.
std::string way_back(const Context& context);

}  // namespace llmapikey
