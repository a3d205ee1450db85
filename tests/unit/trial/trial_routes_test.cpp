// Trying one's key: as a page, and as a stream of events.
#include "trial/trial_routes.hpp"

#include <gtest/gtest.h>

#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class TrialRoutesTest : public test::SiteFixture {
protected:
    test::SiteAnswer ask(const test::FormFields& fields, const std::string& accept = "text/html") {
        return post_form("/dashboard/try", fields, {.session = session_of(ada), .accept = accept});
    }
    void issue_to_ada() { EXPECT_EQ(issue_key(ada).status, KeyOutcome::created); }
};

TEST_F(TrialRoutesTest, TheAnswerIsAPage) {
    issue_to_ada();
    const auto answer = ask({{"message", "Hello, <model>?"}, {"model", "some/model"}});
    EXPECT_EQ(answer.status, 200);
    EXPECT_TRUE(answer.has("Hello, &lt;model&gt;?")) << "as the fake repeats it, escaped";
    EXPECT_TRUE(answer.has("some/model"));
}

TEST_F(TrialRoutesTest, OrAStreamOfEvents) {
    issue_to_ada();
    const auto answer = ask({{"message", "Hello?"}}, "text/event-stream");
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.header("Content-Type"), "text/event-stream");
    EXPECT_TRUE(answer.body.starts_with("event: text\ndata: \"Hello?\"\n\n")) << answer.body;
    EXPECT_TRUE(answer.has("event: done\n"));
    EXPECT_EQ(ask({{"message", "Once more?"}}, "text/event-stream").status, 200) << "the place is free again";
}

TEST_F(TrialRoutesTest, ItNeedsASessionAndAKeyThatWorks) {
    EXPECT_EQ(post_form("/dashboard/try", {{"message", "Hello?"}}, {}).status, 401);
    EXPECT_EQ(ask({{"message", "Hello?"}}).status, 409);
    issue_to_ada();
    EXPECT_EQ(
        post_form("/dashboard/try", {{"message", "Hello?"}}, {.session = session_of(ada), .site = "cross-site"}).status,
        403);
    ASSERT_TRUE(store_.begin_change(row_of(ada).id, {true, std::nullopt}, "off"));
    EXPECT_EQ(ask({{"message", "Hello?"}}).status, 409);
}

TEST_F(TrialRoutesTest, WhatIsNoMessageOrNoModelIsRefused) {
    issue_to_ada();
    for (const std::string& message : {std::string(), std::string(" \r\n\t"), std::string(2001, 'x')})
        EXPECT_EQ(ask({{"message", message}}).status, 400) << message.size();
    EXPECT_EQ(ask({{"message", std::string(2000, 'x')}}).status, 200);
    for (const std::string& model : {std::string("a b"), std::string("<x>"), std::string(121, 'x')})
        EXPECT_EQ(ask({{"message", "Hello?"}, {"model", model}}).status, 400) << model;
    std::string lines;
    for (int line = 0; line < 1000; ++line)
        lines += "x\r\n";
    EXPECT_EQ(ask({{"message", lines}}).status, 200) << "browsers send line ends as two characters, and count one";
}

}  // namespace
}  // namespace llmapikey
