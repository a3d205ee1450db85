// What is answered from memory, and to whom it is not.
#include "site/cached_responses.hpp"

#include <gtest/gtest.h>

#include "base/embedded.hpp"
#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class CachedResponsesTest : public test::SiteFixture {
protected:
    static constexpr const char* raw_key = "sk-or-v1-0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
    // Cached answers carry an ETag, and no id of their request.
    static bool is_cached(const test::SiteAnswer& answer) { return !answer.header("ETag").empty(); }
};

TEST_F(CachedResponsesTest, PagesForThoseWhoAreNotSignedInAreCachedAndRevalidated) {
    for (const char* path : {"/", "/dashboard", "/docs"}) {
        const auto page = get(path);
        EXPECT_EQ(page.status, 200) << path;
        ASSERT_TRUE(is_cached(page)) << path;
        EXPECT_EQ(get(path).body, page.body);
        const auto again = get(path, {.more = {{"If-None-Match", page.header("ETag")}}});
        EXPECT_EQ(again.status, 304) << path;
        EXPECT_TRUE(again.body.empty());
    }
}

TEST_F(CachedResponsesTest, WhoeverHasASessionGetsAPageOfTheirOwn) {
    for (const char* path : {"/", "/dashboard", "/docs"}) {
        const auto page = get(path, {.session = session_of(ada)});
        EXPECT_EQ(page.status, 200) << path;
        EXPECT_FALSE(is_cached(page)) << path;
        EXPECT_TRUE(page.has("ada")) << path;
    }
}

TEST_F(CachedResponsesTest, AQueryThatHoldsAWholeKeyOrCannotBeReadGetsNoCachedPage) {
    EXPECT_TRUE(is_cached(get("/?result=anything"))) << "notices are for those who are signed in";
    const auto unreadable = get("/?q=%zz");
    EXPECT_EQ(unreadable.status, 400);
    EXPECT_FALSE(is_cached(unreadable));
    const auto with_key = get(std::string("/?key=") + raw_key);
    EXPECT_EQ(with_key.status, 303) << "the address bar is to forget the key";
    EXPECT_EQ(with_key.header("Location").find(raw_key), std::string::npos);
    EXPECT_FALSE(is_cached(with_key));
}

TEST_F(CachedResponsesTest, EveryAssetIsCachedForEverByItsAddress) {
    ASSERT_FALSE(embedded_assets().empty());
    for (const base::EmbeddedAsset& asset : embedded_assets()) {
        const auto answer = get(std::string(asset.url_path));
        EXPECT_EQ(answer.status, 200) << asset.url_path;
        EXPECT_NE(answer.header("Cache-Control").find("immutable"), std::string::npos) << asset.url_path;
    }
    const auto icon = get("/favicon.ico");
    EXPECT_EQ(icon.status, 200);
    EXPECT_EQ(icon.header("Cache-Control").find("immutable"), std::string::npos) << "its address stays";
}

TEST_F(CachedResponsesTest, OnlyGetIsAnsweredFromMemory) {
    EXPECT_FALSE(is_cached(post_form("/", {}, {})));
    EXPECT_NE(post_form("/", {}, {}).status, 200);
}

}  // namespace
}  // namespace llmapikey
