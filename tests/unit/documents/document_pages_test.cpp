// Documents as pages: who may read which, and what is filled in.
#include <gtest/gtest.h>

#include "base/packed_text.hpp"
#include "documents/documents.hpp"
#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class DocumentPagesTest : public test::SiteFixture {};

TEST_F(DocumentPagesTest, AnybodyReadsWhatIsForRecipients) {
    for (const DocumentGroup& group : recipients_documents().groups()) {
        for (const DocumentEntry& entry : group.documents) {
            const std::string path = "/docs/" + entry.name;
            for (const auto& page : {get(path), get(path, {.session = session_of(ada)})}) {
                EXPECT_EQ(page.status, 200) << path;
                EXPECT_TRUE(page.has(entry.title)) << path;
                EXPECT_FALSE(page.has("{{")) << path << ": " << page.body.substr(page.body.find("{{"), 40);
            }
            EXPECT_FALSE(get(path).header("ETag").empty()) << path << " is a cached response";
        }
    }
    for (const char* path : {"/docs/nothing", "/docs/START", "/docs/start.md", "/docs/contents", "/docs/admin"})
        EXPECT_EQ(get(path).status, 404) << path;
}

TEST_F(DocumentPagesTest, OnlyAdminsReadWhatIsForOrganizers) {
    for (const char* path : {"/admin/docs", "/admin/docs/runbooks"}) {
        EXPECT_EQ(get(path).status, 404) << path;
        EXPECT_EQ(get(path, {.session = session_of(ada)}).status, 404) << path;
        EXPECT_EQ(get(path, {.session = session_of(grace)}).status, 200) << path;
    }
    EXPECT_EQ(get("/admin/docs/start", {.session = session_of(grace)}).status, 404);
}

TEST_F(DocumentPagesTest, OrganizersDocumentsAreCompressedForWhoTakesThat) {
    const auto plain = get("/admin/docs/runbooks", {.session = session_of(grace)});
    const auto small =
        get("/admin/docs/runbooks", {.session = session_of(grace), .more = {{"Accept-Encoding", "br, gzip"}}});
    EXPECT_EQ(plain.header("Content-Encoding"), "");
    EXPECT_EQ(small.header("Content-Encoding"), "gzip");
    EXPECT_LT(small.body.size(), 20'000u);
    const std::string text = unpacked(small.body);
    EXPECT_EQ(text.substr(text.find("<article>")), plain.body.substr(plain.body.find("<article>")));
}

}  // namespace
}  // namespace llmapikey
