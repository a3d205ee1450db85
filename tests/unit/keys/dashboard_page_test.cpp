// What the dashboard says of one's key, in whatever state that is.
#include "keys/dashboard_page.hpp"

#include <gtest/gtest.h>

#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class DashboardPageTest : public test::SiteFixture {
protected:
    test::SiteAnswer page(const std::string& query = "") {
        return get("/dashboard" + query, {.session = session_of(ada)});
    }
    std::string issue_to_ada() {
        const auto answer = issue_key(ada);
        EXPECT_EQ(answer.status, KeyOutcome::created);
        return answer.raw_key.reveal();
    }
};

TEST_F(DashboardPageTest, WhoHasNoKeyIsOfferedOne) {
    const auto shown = page();
    EXPECT_EQ(shown.status, 200);
    EXPECT_TRUE(shown.has("action=\"/dashboard/key\""));
    auto terms = usual_terms();
    terms.is_enabled = false;
    restart(terms);
    EXPECT_FALSE(page().has("action=\"/dashboard/key\"")) << "while new keys are paused";
}

TEST_F(DashboardPageTest, WithAllSeatsTakenThereIsNoButton) {
    Terms terms = usual_terms();
    terms.max_total_keys = 1;
    restart(terms);
    EXPECT_TRUE(page().has("action=\"/dashboard/key\""));
    issue_to_ada();
    const auto late = get("/dashboard?result=full", {.session = session_of(grace)});
    EXPECT_FALSE(late.has("action=\"/dashboard/key\""));
    EXPECT_TRUE(late.has("All seats are taken, so no key was made."));
    EXPECT_TRUE(page().has("Your key")) << "who has a key sees it";
}

TEST_F(DashboardPageTest, AKeyIsShownToItsOwnerAlone) {
    const std::string raw = issue_to_ada();
    const auto shown = page("?result=created");
    EXPECT_TRUE(shown.has(raw));
    EXPECT_TRUE(shown.has("Your key is ready."));
    EXPECT_TRUE(shown.has(row_of(ada).id)) << "so that pressing twice means this one";
    EXPECT_EQ(shown.header("Cache-Control"), "no-store");
    EXPECT_FALSE(get("/dashboard", {.session = session_of(grace)}).has(raw));
    EXPECT_FALSE(get("/dashboard").has(raw));
}

TEST_F(DashboardPageTest, ANoticeThatContradictsThePageIsNotShown) {
    EXPECT_FALSE(page("?result=created").has("Your key is ready.")) << "anybody can make such a link";
    EXPECT_EQ(page("?result=no-such").status, 200);
    issue_to_ada();
    EXPECT_EQ(page("?result=full").body.find("All seats are taken"), std::string::npos);
}

TEST_F(DashboardPageTest, WhatIsUnderWayIsShownWithoutAKey) {
    const std::string raw = issue_to_ada();
    ASSERT_TRUE(store_.begin_replacement(row_of(ada).id, {"recipient:1001", "rotated", {}, clock_.now(), ""}));
    EXPECT_FALSE(page().has(raw));
    const auto waiting = store_.finish_replacement(row_of(ada), base::random_uuid(), clock_.now());
    ASSERT_TRUE(waiting);
    const auto queued = page();
    EXPECT_EQ(queued.status, 200);
    EXPECT_TRUE(queued.has("data-refresh-after")) << "it asks for itself again";
    ASSERT_TRUE(store_.begin_revocations({waiting->id}, {"github:1003", "leaked", {}, clock_.now(), ""}));
    EXPECT_EQ(page().status, 200);
    EXPECT_FALSE(page().has(raw));
}

TEST_F(DashboardPageTest, WhoseKeyWasEndedReadsWhatBecameOfIt) {
    issue_to_ada();
    ASSERT_EQ(post_form("/dashboard/key/give-back", {}, {.session = session_of(ada)}).status, 303);
    clock_.advance(std::chrono::hours{24});
    EXPECT_TRUE(page().has(" back on 21 September 2026."));
}

TEST_F(DashboardPageTest, AKeySealedWithAnotherSecretIsNotShown) {
    issue_to_ada();
    auto row = row_of(ada);
    ASSERT_TRUE(store_.begin_revocations({row.id}, {"cli:root", "x", {}, clock_.now(), ""}));
    ASSERT_TRUE(store_.finish_revocation(row_of(ada), clock_.now()));
    const ReserveRequest request{
        {ada.id}, ada.login, base::random_uuid(), "nonce", {}, clock_.now(), clock_.now() + base::Seconds{60}};
    const auto reserved = std::get<Reserved>(store_.reserve(request).value()).grant;
    ASSERT_TRUE(store_.activate(attempt_of(reserved), {"handle-x", "v1.other", "abcd", clock_.now()}));
    const auto shown = page();
    EXPECT_EQ(shown.status, 200);
    EXPECT_FALSE(shown.has("v1.other"));
}

TEST_F(DashboardPageTest, WhileTheDatabaseIsAwayThePageSaysSo) {
    store_.fail_next(test::MemoryKeyStore::Operation::find);
    EXPECT_EQ(page().status, 503);
}

}  // namespace
}  // namespace llmapikey
