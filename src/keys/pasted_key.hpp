#pragma once

#include <string>
#include <string_view>

#include "base/secret.hpp"
#include "providers/provider_traits.hpp"

// Reads what people paste when they look for a key.
namespace llmapikey {

// Describes a whole key of this provider for people: its prefix "and 64 digits, or these alone".
std::string key_form(const ProviderTraits& provider);

// Returns the raw key that the text contains, of any known provider ("Bearer KEY", a line of a
// shell script, its hexadecimal digits alone); empty if there is none.
base::Secret raw_key_in(std::string_view pasted);

// Returns where a key of a known provider begins in the text; npos if there is none.
std::size_t place_of_key(std::string_view text);
// Returns what all keys of this key's provider begin with; empty if the key is of no known
// provider.
std::string_view known_key_prefix(std::string_view raw_key);

// Returns the last four characters of a key that was shortened in the middle, as pages and logs
// show keys: "PREFIXabc…0013", "...0013", "PREFIX***0013". Empty if the text is no such key.
std::string hint_of_shortened(std::string_view pasted);

// Returns whether the text holds the beginning of a key, but too little for a whole one.
bool is_cut_off(std::string_view pasted);

}  // namespace llmapikey
