#include <gtest/gtest.h>

#include <map>
#include <stdexcept>

#include "http/answers/page_template.hpp"

namespace llmapikey {
namespace {

using Texts = std::map<std::string, std::string, std::less<>>;

std::string filled(const Texts& texts, const Data& data) {
    const auto text_of = [&](std::string_view name) { return std::string_view(texts.find(name)->second); };
    return PageTemplate("page", {text_of, nullptr}).render(data);
}
std::string filled(const std::string& text, const Data& data) {
    return filled(Texts{{"page", text}}, data);
}

Data list_of(std::initializer_list<const char*> texts) {
    Data list{Data::type::list};
    for (const char* text : texts)
        list << Data("text", text);
    return list;
}

TEST(PageTemplateTest, EscapesEveryValue) {
    Data data;
    data.set("name", "<b title=\"x\">'&amp;</b>");
    EXPECT_EQ(filled("[{{name}}]", data), "[&lt;b title=&quot;x&quot;&gt;&apos;&amp;amp;&lt;/b&gt;]");
    EXPECT_EQ(filled("[{{unknown}}]", data), "[]");
}

TEST(PageTemplateTest, SectionsAreShownForWhatIsThere) {
    Data inner;
    inner.set("name", "inner");
    Data data;
    data.set("yes", true);
    data.set("no", false);
    data.set("text", "t");
    data.set("name", "outer");
    data.set("object", inner);
    data.set("items", list_of({"a", "b"}));
    data.set("nothing", Data(Data::type::list));
    EXPECT_EQ(filled("{{#yes}}1{{/yes}}{{#no}}2{{/no}}{{^no}}3{{/no}}{{^yes}}4{{/yes}}{{^unknown}}5{{/unknown}}", data),
              "135");
    EXPECT_EQ(filled("{{#text}}({{text}}){{/text}}", data), "(t)");
    EXPECT_EQ(filled("{{#object}}{{name}} {{text}}{{/object}} {{name}}", data), "inner t outer");
    EXPECT_EQ(
        filled("{{#items}}{{text}}{{name}},{{/items}}{{#nothing}}x{{/nothing}}{{^nothing}}none{{/nothing}}", data),
        "aouter,bouter,none");
    EXPECT_EQ(filled("{{#items}}{{#yes}}<{{text}}>{{/yes}}{{/items}}", data), "<a><b>");
}

TEST(PageTemplateTest, WhatIsSetLaterReplacesWhatWasSetEarlier) {
    Data data;
    data.set("flag", true);
    data.set("text", "earlier");
    data.set("flag", false);
    data.set("text", "later");
    EXPECT_EQ(filled("{{text}}{{#flag}}!{{/flag}}", data), "later");
    data.set("text", Html{"<b>"});
    EXPECT_EQ(filled("{{text}}", data), "<b>");
}

TEST(PageTemplateTest, WhatIsSharedIsShownAsIfItWereSet) {
    const Data list = list_of({"a", "<b>"}), none{Data::type::list};
    Data data;
    data.share("items", list);
    data.share("none", none);
    EXPECT_EQ(filled("{{#items}}{{text}},{{/items}}{{^none}}none{{/none}}{{#none}}x{{/none}}", data),
              "a,&lt;b&gt;,none");
}

TEST(PageTemplateTest, ANameOfATableIsThatOfALiteral) {
    Data data;
    data.set(Name::of_table("is_new"), true);
    EXPECT_EQ(filled("{{#is_new}}new{{/is_new}}", data), "new");
}

TEST(PageTemplateTest, OtherTemplatesAreTakenIn) {
    Data data;
    data.set("items", list_of({"a", "b"}));
    const Texts texts{{"page", "<ul>\n{{#items}}\n{{>item}}\n{{/items}}\n</ul>{{>end}}"},
                      {"item", "<li>{{text}}</li>\n"},
                      {"end", "{{^items}}x{{/items}}."}};
    EXPECT_EQ(filled(texts, data), "<ul>\n<li>a</li>\n<li>b</li>\n</ul>.");
}

TEST(PageTemplateTest, ALineOfOneTagLeavesNoLine) {
    Data data;
    data.set("yes", true);
    EXPECT_EQ(filled("a\n  {{#yes}}  \nb\n{{/yes}}\nc", data), "a\nb\nc");
    EXPECT_EQ(filled("a {{#yes}}\nb{{/yes}}\nc", data), "a \nb\nc");
    EXPECT_EQ(filled("{{#yes}}\nx\n{{/yes}}\n", data), "x\n");
}

TEST(PageTemplateTest, RefusesWhatIsNotClosed) {
    for (const char* text : {"{{#a}}x", "x{{/a}}", "{{#a}}{{#b}}{{/a}}{{/b}}", "{{a"})
        EXPECT_THROW(filled(text, Data()), std::logic_error) << text;
}

TEST(PageTemplateTest, ReplacesWordsByTheirTranslation) {
    const Texts texts{{"page", "<p>{{#t}}Hello, {{name}}{{#is_new}}, welcome{{/is_new}}!{{/t}} {{>other}}</p>\n"},
                      {"other", "{{#t}}Bye{{/t}}"}};
    const std::map<std::string_view, std::string_view> catalog{
        {"Hello, {{name}}{{#is_new}}, welcome{{/is_new}}!", "{{#is_new}}Willkommen, {{/is_new}}{{name}}!"},
        {"Bye", "Tschüs"}};
    const PageTemplate::Source source{[&](std::string_view name) { return std::string_view(texts.find(name)->second); },
                                      [&](std::string_view english) { return catalog.at(english); }};
    Data data("name", "Ada & Co");
    data.set("is_new", true);
    EXPECT_EQ(PageTemplate("page", source).render(data), "<p>Willkommen, Ada &amp; Co! Tschüs</p>\n");
    EXPECT_EQ(filled(texts, data), "<p>Hello, Ada &amp; Co, welcome! Bye</p>\n") << "English stays as it is";
}

TEST(PageTemplateTest, RefusesWordsThatAreNotClosed) {
    EXPECT_THROW(filled("{{#t}}Hello", {}), std::logic_error);
    EXPECT_THROW(filled("Hello{{/t}}", {}), std::logic_error);
}

}  // namespace
}  // namespace llmapikey
