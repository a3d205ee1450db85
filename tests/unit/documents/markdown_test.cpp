#include "documents/markdown.hpp"

#include <gtest/gtest.h>

namespace llmapikey {
namespace {

RenderedMarkdown rendered(std::string_view text) {
    return render_markdown(text, [](std::string_view link) -> std::optional<std::string> {
        if (link.starts_with("gone")) return std::nullopt;
        return "/to/" + std::string(link);
    });
}

TEST(MarkdownTest, RawHtmlIsShownAsText) {
    for (const char* text : {"<script>alert(1)</script>", "a <b onclick=\"x\">b</b>", "<!-- a -->", "<div>\n\n</div>",
                             "`<i>`", "```\n<i>\n```", "| <i> |\n| --- |\n| <i> |", "# <i>", "[<i>](<i>)"}) {
        const std::string html = rendered(text).html;
        for (const char* tag : {"<script", "<b", "<!--", "<div>", "<i>"})
            EXPECT_EQ(html.find(tag), std::string::npos) << text << " becomes " << html;
        EXPECT_NE(html.find("&lt;"), std::string::npos) << html;
    }
    EXPECT_EQ(rendered("[a](\"'>)").html.find("\"'>"), std::string::npos);
}

TEST(MarkdownTest, HeadingsAreNamedAsOnGithub) {
    const auto made = rendered("# Use `your` key\n## 500 to 599, or no answer\n### It's_so-so\n## Again\n## Again\n");
    std::vector<std::string> ids, texts;
    for (const Heading& heading : made.headings) {
        ids.push_back(heading.id);
        texts.push_back(heading.text);
    }
    EXPECT_EQ(ids,
              (std::vector<std::string>{"use-your-key", "500-to-599-or-no-answer", "its_so-so", "again", "again-1"}));
    EXPECT_EQ(texts[0], "Use your key");
    EXPECT_EQ(made.headings[2].level, 3u);
    EXPECT_TRUE(made.html.starts_with("<h1 id=\"use-your-key\">Use <code>your</code> key</h1>\n")) << made.html;
}

TEST(MarkdownTest, ALinkThatLeadsNowhereBecomesCode) {
    EXPECT_EQ(rendered("[a](b.md#c)").html, "<p><a href=\"/to/b.md#c\">a</a></p>\n");
    EXPECT_EQ(rendered("[a](gone.md) and `b`").html, "<p><code>a</code> and <code>b</code></p>\n");
    EXPECT_EQ(rendered("[`a`](gone.md) and `b`").html, "<p><code>a</code> and <code>b</code></p>\n") << "once";
}

TEST(MarkdownTest, CodeInAListKeepsItsLinesAndCanBeReachedByTab) {
    EXPECT_EQ(rendered("1. Do:\n\n   ```bash\n   a & b\n   c\n   ```\n\n2. Then.").html,
              "<ol><li><p>Do:</p>\n<div class=\"snippet\"><pre tabindex=\"0\" role=\"region\" aria-label=\"Code 1\">"
              "<code>a &amp; b\nc</code></pre></div>\n</li>\n<li><p>Then.</p>\n</li>\n</ol>\n");
}

TEST(MarkdownTest, TablesHaveHeadingsOnlyWhereThereIsAWord) {
    const std::string html = rendered("| a | | n |\n| --- | --- | ---: |\n| b | c | 1 |").html;
    EXPECT_NE(html.find("<th>a</th><td></td><th class=\"r\">n</th>"), std::string::npos) << html;
    EXPECT_NE(html.find("<td class=\"r\">1</td>"), std::string::npos) << html;
    EXPECT_NE(html.find("aria-label=\"Table 1\""), std::string::npos) << html;
}

TEST(MarkdownTest, TheFirstParagraphIsKeptWithoutMarks) {
    EXPECT_EQ(rendered("# A\n\nOne **two**\n`three`.\n\nFour.").first_paragraph, "One two three.");
    EXPECT_EQ(rendered("![a **b**](c.png)").html, "<p>a b</p>\n") << "of a picture its description";
    EXPECT_EQ(rendered("a &lt; b &amp; c").html, "<p>a &lt; b &amp; c</p>\n");
}

constexpr std::string_view two_tabs =
    "- **Terminal**\n\n  In bash:\n\n  ```bash\n  a\n  ```\n\n- **C & \"D\"**\n\n  ```powershell\n  b\n  ```\n";

TEST(MarkdownTest, AListWhoseItemsAreABoldNameAndCodeBecomesTabs) {
    EXPECT_EQ(
        rendered(two_tabs).html,
        "<div class=\"switch\"><div class=\"tabs\" role=\"radiogroup\" aria-label=\"Tabs 1\">"
        "<label><input class=\"unseen\" type=\"radio\" name=\"tabs-1\" checked>Terminal</label>"
        "<label><input class=\"unseen\" type=\"radio\" name=\"tabs-1\">C &amp; &quot;D&quot;</label></div>\n"
        "<div class=\"pane\"><p class=\"tab-name\">Terminal</p>\n<p>In bash:</p>\n"
        "<div class=\"snippet\"><pre tabindex=\"0\" role=\"region\" aria-label=\"Code 1\"><code>a</code></pre></div>\n"
        "</div>\n"
        "<div class=\"pane\"><p class=\"tab-name\">C &amp; &quot;D&quot;</p>\n"
        "<div class=\"snippet\"><pre tabindex=\"0\" role=\"region\" aria-label=\"Code 2\"><code>b</code></pre></div>\n"
        "</div>\n</div>\n");
}

TEST(MarkdownTest, TabsStandInStepsAndEachGroupHasANameOfItsOwn) {
    const std::string html =
        rendered(
            "1. Do:\n\n   - **A**\n\n     ```\n     a\n     ```\n\n   - **B**\n\n     ```\n     b\n"
            "     ```\n\n2. Then:\n\n" +
            std::string(two_tabs))
            .html;
    EXPECT_NE(html.find("<ol><li><p>Do:</p>\n<div class=\"switch\">"), std::string::npos) << html;
    EXPECT_NE(html.find("name=\"tabs-1\" checked>A</label>"), std::string::npos) << html;
    EXPECT_NE(html.find("name=\"tabs-2\" checked>Terminal</label>"), std::string::npos) << html;
    EXPECT_NE(html.find("aria-label=\"Tabs 2\""), std::string::npos) << html;
}

TEST(MarkdownTest, OtherListsStayLists) {
    const std::string code = "\n\n  ```\n  a\n  ```\n\n";
    std::string seven;
    for (int i = 0; i < 7; ++i)
        seven += "- **Name " + std::to_string(i) + "**" + code;
    const std::vector<std::string> others{
        "- **A**" + code,                                     // nothing to choose from
        "- **A**" + code + "- B" + code,                      // a name that is not bold
        "- **A**" + code + "- **B** and more" + code,         // not only a name
        "- **A**" + code + "- **B** and **C**" + code,        //
        "- **A**" + code + "- **B `c`**" + code,              // a name is plain text
        "- **A**" + code + "- **B**\n\n  only words\n",       // no code
        "- **A**" + code + "- **B**\n\n  ## Heading" + code,  // a link could lead into what is hidden
        "- **A**" + code + "- **A**" + code,                  // two of one name
        "1. **A**\n\n   ```\n   a\n   ```\n\n2. **B**\n\n   ```\n   b\n   ```\n",  // steps
        seven,                                                                     // more than the style sheet knows
    };
    for (const std::string& text : others) {
        const std::string html = rendered(text).html;
        EXPECT_EQ(html.find("class=\"tabs\""), std::string::npos) << html;
        EXPECT_NE(html.find("<li>"), std::string::npos) << html;
    }
}

TEST(MarkdownTest, NoTextMakesTabsByItself) {
    const std::string html = rendered("- <p><strong>A</strong></p><pre>\n- <p><strong>B</strong></p><pre>\n").html;
    EXPECT_EQ(html.find("class=\"tabs\""), std::string::npos) << html;
}

}  // namespace
}  // namespace llmapikey
