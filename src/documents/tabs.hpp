#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmapikey {

// The style sheet (docs.css) knows as many; a list with more items stays a list.
inline constexpr std::size_t tabs_max = 6;

// Returns the HTML of tabs for a list whose items each are a paragraph of one bold name, unlike the
// other names, and then code with or without words. Nullopt: it is another list. `items` are the
// rendered insides of its items; `number` counts the tabs of a page, from 1 on.
//
// A radio button for each tab shows its pane, so that no script is needed. Where a browser cannot
// do that, and on paper, all panes are shown with their names.
std::optional<std::string> tabs_of(const std::vector<std::string>& items, int number);

}  // namespace llmapikey
