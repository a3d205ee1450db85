#pragma once

#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "languages/locale_text.hpp"

// How pages write times and keys. Where no language is given, it is English.
namespace llmapikey {

std::string date_text(base::Timestamp time);         // "2027-02-22"
std::string time_of_day_text(base::Timestamp time);  // "14:05 UTC"
std::string minute_text(base::Timestamp time);       // "2027-02-22 14:05 UTC"
// "12 seconds ago", "3 hours ago"
std::string age_text(base::Seconds age, Language language = Language::english);
// "22 h 55 min", "55 min", with no-break spaces
std::string span_text(base::Seconds span, Language language = Language::english);

// A time for `<time datetime="{{at}}" title="{{exact}}" data-local="...">{{shown}}</time>`: app.js
// writes it in the reader's own time; `data-local` says whether as "date", "time" or "minute".
struct ShownTime {
    std::string at;     // "2027-02-22T14:05:09Z"
    std::string exact;  // "2027-02-22 14:05 UTC"
    std::string text;   // in UTC, for who has no JavaScript
};
ShownTime shown_date(base::Timestamp time, Language language = Language::english);  // "22 February 2027"
ShownTime shown_time_of_day(base::Timestamp time);                                  // "14:05 UTC"
// "22 February 2027, 14:05 UTC"
ShownTime shown_minute(base::Timestamp time, Language language = Language::english);

// When something was read or counted, for `<time datetime="{{at}}" title="{{exact}}" data-age>`.
// Only for pages that are rendered for each request: a cached response would show an old age.
struct ShownAge {
    std::string at;     // "2027-02-22T14:05:09Z"
    std::string exact;  // "2027-02-22 14:05:09 UTC"
    std::string age;    // "12 seconds ago"
};
ShownAge shown_age(base::Timestamp time, base::Timestamp now, Language language = Language::english);

// Returns two letters that stand for a login where a picture would: "grace-returning" is "gr".
std::string initials_of(std::string_view login);

// Returns the prefix of the provider's keys, "…" and the last characters. The owner recognizes the
// key; nobody else can use this.
std::string masked_key_text(std::string_view prefix, const std::string& hint);
// Replaces each "{provider}" in `text` with the provider's name. Tables of fixed texts need it.
std::string with_provider(std::string_view text, std::string_view name);

}  // namespace llmapikey
