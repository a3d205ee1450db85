#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/money.hpp"

// How times, amounts and keys are written on pages.
namespace llmapikey {

std::string date_text(base::Timestamp time);         // "2027-02-22"
std::string time_of_day_text(base::Timestamp time);  // "14:05 UTC"
std::string minute_text(base::Timestamp time);       // "2027-02-22 14:05 UTC"
std::string age_text(base::Seconds age);             // "12 seconds ago"
// "sk-or-v1-…1234": enough to recognize a key, useless to anybody else.
std::string masked_key_text(const std::string& hint);

}  // namespace llmapikey
