#pragma once

#include <string>

#include "grant/grant.hpp"
#include "http/context.hpp"
#include "keys/key_views.hpp"

namespace llmapikey {

// A key in the tables of the console.
KeyRow key_row(const Grant& grant, base::Timestamp now);

// What an action on one key came to, which the page's address names (?result=...), in one of the
// two; none, if it names nothing that is known.
void show_key_outcome(const Context& context, std::string& notice_good, std::string& notice_bad);

}  // namespace llmapikey
