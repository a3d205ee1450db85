#pragma once

#include <string>
#include <utility>
#include <vector>

#include "bulk/bulk_decision.hpp"

namespace llmapikey {

// A key as a confirmation names it.
struct NamedKey {
    std::string login, cap;
};

// The keys that a confirmation shows, and that its form sends along.
struct MeantKeys {
    std::string count;                                         // "12 keys"
    std::string number;                                        // "12"
    std::string made_by;                                       // when they were counted, in Unix seconds
    std::string selection;                                     // in words; empty: those that were ticked
    std::vector<NamedKey> named;                               // the first few, or all
    std::string named_as;                                      // "These 5", "Among them"
    std::vector<std::string> ids;                              // those that were ticked; empty: by filter
    std::vector<std::pair<std::string, std::string>> filters;  // name and value of hidden fields
    bool is_everything = false;                                // every key is meant
    bool is_all_said = false;                                  // in these very words, and not by a filter
};

// Returns the ids and filters of a request's fields, without what the others say of them.
MeantKeys meant_keys(const FieldReader& field, std::vector<std::string> ids);
// Returns them as for parse_bulk_selection(); empty: nobody is chosen.
std::string selection_of(const MeantKeys& keys);
// Says how many there are, and who is among them. `query`: what finds them.
base::Result<void> describe(MeantKeys& keys, const BulkSelection& selection, const GrantQuery& query,
                            const CountByNow& counted, AdminStore& grants);

}  // namespace llmapikey
