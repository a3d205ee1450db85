#pragma once

#include <string>
#include <string_view>

#include "http/answers/page_template.hpp"
#include "http/answers/shown_values.hpp"
#include "http/answers/views.hpp"

// The templates of the program, and values that several of them need.
namespace llmapikey {

// Renders a template of web/templates with its partials, in a language. Throws std::logic_error if
// there is no such template or it does not parse: that is a fault of the build, and the tests of
// every page find it.
std::string render_template(std::string_view name, const Data& data, Language language = Language::english);

// Returns the values of head.html and foot.html. The title is translated into the language of the
// frame.
Data frame_data(const Frame& frame, const std::string& title);

// Returns frame_data() for a page that people link to: with its own description for search engines
// and link previews, and with its canonical address if PUBLIC_URL is set. The description is in the
// language of the frame.
Data shared_page_data(const Frame& frame, const std::string& title, const std::string& description);

// Returns frame_data() for a page of the console, which is in English, with the place that its
// navigation marks:
// "overview", "people", "activity", "settings", or a part of the settings ("tokens", "webhooks",
// "bulk", "changes").
Data admin_data(const Frame& frame, const std::string& title, const std::string& place);

// Sets a value only if it is not empty.
void set_if_any(Data& data, Name name, const std::string& value);

// Sets "at", "exact" and "age" for a `<time>` under `name`.
void set_age(Data& data, Name name, const ShownAge& shown);

// Sets "at", "exact" and "shown" for a `<time>` under `name`.
void set_time(Data& data, Name name, const ShownTime& shown);

// Returns the values of chart.html.
Data chart_data(const Chart& chart);

// Returns the values of word_list.html.
Data word_list(const std::vector<std::string>& words);

// Returns the URL of a file of web/assets, with its hash. Throws std::logic_error if there is none.
std::string asset_url(std::string_view name);

}  // namespace llmapikey
