#pragma once

#include <string>
#include <string_view>

#include "http/answers/page_template.hpp"
#include "http/answers/shown_values.hpp"
#include "http/answers/views.hpp"

// The templates of the program, and what several of them need.
namespace llmapikey {

// A template of web/templates with its partials, made into text. Throws std::logic_error if there
// is no such template or it does not parse: a fault of the build, which the tests of every page
// find.
std::string render_template(std::string_view name, const Data& data);

// What head.html and foot.html need.
Data frame_data(const Frame& frame, const std::string& title);

// The same for a page that people link to: with words of its own for search engines and previews of
// links, and its canonical address where that is configured.
Data shared_page_data(const Frame& frame, const std::string& title, const std::string& description);

// As frame_data(), and which entry of the console's navigation is marked: "overview", "keys", ...
Data admin_data(const Frame& frame, const std::string& title, const std::string& place);

// A value that is there only if it is not empty.
void set_if_any(Data& data, const std::string& name, const std::string& value);

// "at", "exact" and "age" for a `<time>`, under `name`.
void set_age(Data& data, const std::string& name, const ShownAge& shown);

// What chart.html needs.
Data chart_data(const Chart& chart);

// What word_list.html needs.
Data word_list(const std::vector<std::string>& words);

// URL of a file of web/assets, with its hash.
std::string asset_url(std::string_view name);

}  // namespace llmapikey
