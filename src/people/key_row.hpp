#pragma once

#include <string>

#include "grant/grant.hpp"
#include "http/context.hpp"
#include "people/key_views.hpp"

namespace llmapikey {

// Returns a key as a row of the console's tables.
KeyRow key_row(const Grant& grant);
// Returns why an account has no key in use yet, for organizers; empty: it has one, or loses it.
// `are_keys_made`: new keys are on.
std::string attempt_text(const Grant& grant, bool are_keys_made, std::string_view provider);

// Puts the outcome that the page's address names (?result=...) into one of the two notices; does
// nothing if the word is unknown.
void show_key_outcome(const Context& context, std::string& notice_good, std::string& notice_bad);

}  // namespace llmapikey
