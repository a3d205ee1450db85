#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"

// What people paste who look for a key.
namespace llmapikey {

// The raw key within it ("Bearer sk-or-v1-...", a line of a shell script, its 64 hexadecimal digits
// alone); empty: there is none.
base::Secret raw_key_in(std::string_view pasted);

// The last four characters of a key that was shortened in the middle, as pages and logs show keys:
// "sk-or-v1-abc…0013", "...0013", "sk-or-v1-***0013". Empty: it is none.
std::string hint_of_shortened(std::string_view pasted);

// Whether it holds the beginning of a key, and too little for a whole one.
bool is_cut_off(std::string_view pasted);

}  // namespace llmapikey
