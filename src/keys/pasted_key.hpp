#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "providers/provider_traits.hpp"

// What people paste who look for a key.
namespace llmapikey {

// How a whole key of this provider looks, for people: its prefix "and 64 digits, or these alone".
std::string key_form(const ProviderTraits& provider);

// The raw key within it, of any provider that we know ("Bearer KEY", a line of a shell script, its
// hexadecimal digits alone); empty: there is none.
base::Secret raw_key_in(std::string_view pasted);

// Where a key that begins as those of some provider does begins in a text; npos: nowhere.
std::size_t place_of_key(std::string_view text);
// What all keys of the provider begin with that this one begins like; empty: it is of none that we
// know.
std::string_view known_key_prefix(std::string_view raw_key);

// The last four characters of a key that was shortened in the middle, as pages and logs show keys:
// "PREFIXabc…0013", "...0013", "PREFIX***0013". Empty: it is none.
std::string hint_of_shortened(std::string_view pasted);

// Whether it holds the beginning of a key, and too little for a whole one.
bool is_cut_off(std::string_view pasted);

}  // namespace llmapikey
