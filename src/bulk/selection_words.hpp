#pragma once

#include <string>

#include "bulk/bulk_selection.hpp"

namespace llmapikey {

// Which keys a selection means, for people: "keys in state active that fit the search 'hackathon-'
// and were not used since 2027-02-22"; "every key"; "the keys that were chosen".
std::string in_words(const BulkSelection& selection);

}  // namespace llmapikey
