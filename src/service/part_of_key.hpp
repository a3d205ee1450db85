#pragma once

#include <string>
#include <string_view>

// What people paste who have only a part of a key.
namespace llmapikey::service {

// The last four characters of a key that was shortened in the middle, as pages and logs show keys:
// "sk-or-v1-abc…0013", "...0013", "sk-or-v1-***0013". Empty: it is none.
std::string hint_of_shortened(std::string_view pasted);

// Whether it holds the beginning of a key, and too little for a whole one.
bool is_cut_off(std::string_view pasted);

}  // namespace llmapikey::service
