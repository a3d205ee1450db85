#pragma once

#include <span>

#include "grant/grant.hpp"
#include "http/answers/result_text.hpp"
#include "keys/key_views.hpp"

namespace llmapikey {

// A key in the tables of the console.
KeyRow key_row(const Grant& grant, base::Timestamp now);

// What the console's actions on one key come to.
std::span<const ResultText> key_results();

}  // namespace llmapikey
