#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmapikey {

struct Heading {
    unsigned level = 1;
    std::string id;    // as GitHub names it, so that links to headings work in both places
    std::string text;  // without marks
};

struct RenderedMarkdown {
    std::string html;  // nothing in it comes from the text unescaped
    std::vector<Heading> headings;
    std::string first_paragraph;  // without marks
};

// Returns where a link leads on the pages of the service; nullopt: nowhere, so that it becomes
// code.
using LinkTarget = std::function<std::optional<std::string>(std::string_view link)>;

// Renders CommonMark with tables. Raw HTML is shown as text. Thread-safe.
RenderedMarkdown render_markdown(std::string_view text, const LinkTarget& target_of);

}  // namespace llmapikey
