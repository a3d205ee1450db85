#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "languages/language.hpp"

// Dates and money as readers of a language write them (Unicode CLDR).
namespace llmapikey {

// "22 February 2027", "22. Februar 2027"
std::string long_date_text(base::Timestamp time, Language language = Language::english);
// "22 Feb", "22. Feb."
std::string short_date_text(base::Timestamp time, Language language = Language::english);

// Rewrites an amount of base::to_money() or base::to_cap(): "$48,600.50" is "48.600,50 $" in
// German. What has no dollar sign stays.
std::string localized_money(Language language, std::string_view english);

}  // namespace llmapikey
