#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/money.hpp"

// How times, amounts and keys are written on pages.
namespace llmapikey {

std::string date_text(base::Timestamp time);         // "2027-02-22"
std::string time_of_day_text(base::Timestamp time);  // "14:05 UTC"
std::string minute_text(base::Timestamp time);       // "2027-02-22 14:05 UTC"
std::string age_text(base::Seconds age);             // "12 seconds ago"
// The prefix of the provider's keys, "…" and the last characters: enough to recognize a key,
// useless to anybody else.
std::string masked_key_text(std::string_view prefix, const std::string& hint);
// `text` with the provider's name in the place of each "{provider}": for tables of texts that are
// the same for all.
std::string with_provider(std::string_view text, std::string_view name);

}  // namespace llmapikey
