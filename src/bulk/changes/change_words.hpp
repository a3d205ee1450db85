#pragma once

#include <string>
#include <string_view>

#include "bulk/changes/bulk_change.hpp"

// How the console says what a bulk change does.
namespace llmapikey {

struct ChangeWords {
    std::string_view demand;  // "Disable", before "12 keys"
    std::string_view doing;   // "Disabling keys"
    std::string_view name;    // "Disabled keys"
    std::string_view done;    // "disabled", after "12 keys are"
};
const ChangeWords& words_of(ChangeAct act);

// "Disable"; "Set the cap to $5.00 a day"
std::string title_of(const BulkChange& change);
// What it came to: "All 12 keys are disabled." Empty while it works.
std::string outcome_of(const BulkChange& change);

}  // namespace llmapikey
