#pragma once

#include <string>

#include "grant/grant.hpp"
#include "http/context.hpp"
#include "people/key_views.hpp"

namespace llmapikey {

// Returns a key as a row of the console's tables.
KeyRow key_row(const Grant& grant, base::Timestamp now);

// Puts the outcome that the page's address names (?result=...) into one of the two notices; does
// nothing if the word is unknown.
void show_key_outcome(const Context& context, std::string& notice_good, std::string& notice_bad);

}  // namespace llmapikey
