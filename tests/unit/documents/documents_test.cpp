#include "documents/documents.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/embedded.hpp"
#include "base/packed_text.hpp"

namespace llmapikey {
namespace {

TEST(DocumentsTest, PlaceholdersAreFilledInBeforeTheTextIsParsed) {
    const PlaceholderValues values{{"name", "NAME"}, {"empty", ""}};
    EXPECT_EQ(fill_in("a {{name}} b {{name}}", values), "a NAME b NAME\n");
    EXPECT_EQ(fill_in(R"("{env:{{name}}}")", values), "\"{env:NAME}\"\n") << "the first }} closes";
    EXPECT_EQ(fill_in("${{name}} {{other}} {{", values), "$NAME {{other}} {{\n");
    EXPECT_EQ(fill_in("one\ntwo {{empty}}\nthree", values), "one\nthree\n") << "a line without its value is left out";
}

Documents example() {
    return {"# One\na The title of A\nb\n# Two\nc", "/docs", [](std::string_view name) {
                return "# About " + std::string(name) +
                       "\n\nFor {{who}}: [b](b.md#x), [s](../src/a.cpp), [d](/dashboard), "
                       "[bad](javascript:alert), [out](https://example.org).\n\n## X\n";
            }};
}

TEST(DocumentsTest, AreFoundInTheirOrder) {
    const Documents documents = example();
    ASSERT_EQ(documents.groups().size(), 2u);
    EXPECT_EQ(documents.groups()[0].title, "One");
    EXPECT_EQ(documents.groups()[0].documents[1].title, "About b");
    EXPECT_EQ(documents.groups()[1].documents[0].headings[0].id, "x");
    EXPECT_EQ(documents.before("a"), nullptr);
    EXPECT_EQ(documents.before("c")->name, "b");
    EXPECT_EQ(documents.after("b")->name, "c");
    EXPECT_EQ(documents.after("c"), nullptr);
    for (const char* name : {"", "d", "A", "a.md", "../a", "# Two"})
        EXPECT_FALSE(documents.find(name, {})) << name;
}

TEST(DocumentsTest, LinkToEachOtherAndNowhereElseInTheRepository) {
    const Documents documents = example();
    const auto document = documents.find("a", {{"who", "us"}});
    ASSERT_TRUE(document);
    EXPECT_EQ(document->title, "About a");
    EXPECT_NE(document->html.find("For us: <a href=\"/docs/b#x\">b</a>, <code>s</code>, <a href=\"/dashboard\">d</a>, "
                                  "<code>bad</code>, <a href=\"https://example.org\" rel=\"noopener\">out</a>."),
              std::string::npos)
        << document->html;
}

TEST(DocumentsTest, ThoseOfTheBuildAreAllThere) {
    for (const Documents* documents : {&recipients_documents(), &organizers_documents()}) {
        std::set<std::string> names;
        for (const DocumentGroup& group : documents->groups()) {
            EXPECT_FALSE(group.documents.empty()) << group.title;
            for (const DocumentEntry& entry : group.documents) {
                EXPECT_TRUE(names.insert(entry.name).second) << entry.name;
                const auto document = documents->find(entry.name, {});
                ASSERT_TRUE(document);
                EXPECT_TRUE(document->html.starts_with("<h1 ")) << entry.name << " is empty: is it embedded?";
                EXPECT_FALSE(document->summary.empty()) << entry.name;
            }
        }
        const bool is_for_recipients = documents == &recipients_documents();
        const auto embedded = is_for_recipients ? embedded_recipients_documents() : embedded_organizers_documents();
        EXPECT_EQ(names.size(), embedded.size() - (is_for_recipients ? 1 : 0)) << "one of them is in no contents";
    }
    EXPECT_EQ(recipients_document_names().size(), embedded_recipients_documents().size() - 1);
}

TEST(DocumentsTest, APackedTextComesBackWhole) {
    for (const std::size_t size : {0u, 1u, 16u * 1024u, 100'000u}) {
        std::string text;
        for (std::size_t i = 0; i < size; ++i)
            text += static_cast<char>('a' + i * i % 23);
        EXPECT_EQ(unpacked(packed(text)), text) << size;
    }
    EXPECT_EQ(unpacked("nonsense"), "");
    EXPECT_EQ(unpacked(std::string_view(packed("a text")).substr(0, 12)), "") << "cut off";
}

}  // namespace
}  // namespace llmapikey
