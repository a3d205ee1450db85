#include "documents/tabs.hpp"

#include <algorithm>

namespace llmapikey {
namespace {

struct Tab {
    std::string_view name, inside;  // as HTML
};

// No "<" of the text is left in what is rendered, so each one begins a tag.
std::optional<Tab> tab_of(std::string_view item) {
    constexpr std::string_view begin = "<p><strong>", end = "</strong></p>\n";
    if (!item.starts_with(begin)) return std::nullopt;
    item.remove_prefix(begin.size());
    const auto name_end = item.find('<');
    if (name_end == 0 || !item.substr(name_end).starts_with(end)) return std::nullopt;
    const Tab tab{item.substr(0, name_end), item.substr(name_end + end.size())};
    // A link to a heading must not lead to what is hidden.
    const bool has_heading = tab.inside.find("<h") != std::string_view::npos;
    const bool has_code = tab.inside.find("<pre") != std::string_view::npos;
    return has_code && !has_heading ? std::optional(tab) : std::nullopt;
}

}  // namespace

std::optional<std::string> tabs_of(const std::vector<std::string>& items, int number) {
    if (items.size() < 2 || items.size() > tabs_max) return std::nullopt;
    std::vector<Tab> tabs;
    for (const std::string& item : items) {
        const auto tab = tab_of(item);
        if (!tab || std::ranges::find(tabs, tab->name, &Tab::name) != tabs.end()) return std::nullopt;
        tabs.push_back(*tab);
    }
    const std::string group = std::to_string(number);
    std::string labels, panes;
    for (const Tab& tab : tabs) {
        labels += R"(<label><input class="unseen" type="radio" name="tabs-)" + group +
                  (labels.empty() ? "\" checked>" : "\">");
        labels.append(tab.name).append("</label>");
        panes += R"(<div class="pane"><p class="tab-name">)";
        panes.append(tab.name).append("</p>\n").append(tab.inside).append("</div>\n");
    }
    return R"(<div class="switch"><div class="tabs" role="radiogroup" aria-label="Tabs )" + group + "\">" + labels +
           "</div>\n" + panes + "</div>\n";
}

}  // namespace llmapikey
