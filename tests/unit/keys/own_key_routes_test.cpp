// What recipients get when they ask for a key, replace it and give it back: pages and programs
// alike.
#include "keys/own_key_routes.hpp"

#include <gtest/gtest.h>

#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class OwnKeyRoutesTest : public test::SiteFixture {
protected:
    test::Sender page() { return {.session = session_of(ada)}; }
    test::Sender program() { return {.session = session_of(ada), .accept = "application/json"}; }
    test::SiteAnswer generate(const test::Sender& sender) { return post_form("/dashboard/key", {}, sender); }

    // What a page and then a program are answered.
    void expect_refused(const std::string& path, int status, const std::string& word, const std::string& notice) {
        const auto for_page = post_form(path, {}, page());
        EXPECT_EQ(for_page.status, 303) << for_page.body;
        EXPECT_EQ(for_page.header("Location"), notice.empty() ? "/dashboard" : "/dashboard?result=" + notice);
        const auto for_program = post_form(path, {}, program());
        EXPECT_EQ(for_program.status, status) << for_program.body;
        EXPECT_EQ(for_program.json_text("status"), word);
        EXPECT_EQ(for_program.json_text("key"), "");
        EXPECT_NE(for_program.json_text("message"), "");
    }
};

TEST_F(OwnKeyRoutesTest, WithoutASessionNothingIsMade) {
    for (const char* path : {"/dashboard/key", "/dashboard/key/rotate"}) {
        const auto for_page = post_form(path, {}, {});
        EXPECT_EQ(for_page.status, 401);
        EXPECT_TRUE(for_page.has("/auth/login?next=/dashboard")) << "the page leads to the sign-in";
        const auto for_program = post_form(path, {}, {.accept = "application/json"});
        EXPECT_EQ(for_program.status, 401);
        EXPECT_EQ(for_program.json_text("status"), "error") << "in the words of this contract";
    }
    EXPECT_EQ(post_form("/dashboard/key/give-back", {}, {}).status, 401);
    EXPECT_EQ(post_json("/api/v1/me/key", "", {.accept = "application/json"}).status, 401);
    EXPECT_EQ(post_form("/dashboard/key", {}, {.session = "no session"}).status, 401);
    EXPECT_EQ(provider_.mint_calls(), 0);
    EXPECT_EQ(rate_limits_.asked, 0) << "only what is otherwise fit costs a look";
}

TEST_F(OwnKeyRoutesTest, AKeyIsMadeOnce) {
    const auto made = generate(page());
    EXPECT_EQ(made.status, 303);
    EXPECT_EQ(made.header("Location"), "/dashboard?result=created");
    EXPECT_EQ(row_of(ada).status, GrantStatus::active);
    const auto again = generate(page());
    EXPECT_EQ(again.status, 303);
    EXPECT_EQ(again.header("Location"), "/dashboard") << "there is nothing to say";
    EXPECT_EQ(provider_.mint_calls(), 1);
}

TEST_F(OwnKeyRoutesTest, AProgramGetsTheKeyNewAndOld) {
    const auto made = generate(program());
    EXPECT_EQ(made.status, 200);
    EXPECT_EQ(made.json_text("status"), "created");
    const std::string key = made.json_text("key");
    EXPECT_FALSE(key.empty());
    EXPECT_EQ(made.json_text("hint"), key_hint(key));
    EXPECT_EQ(made.header("Cache-Control"), "no-store");
    const auto again = generate(program());
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.json_text("status"), "exists");
    EXPECT_EQ(again.json_text("key"), key);
}

TEST_F(OwnKeyRoutesTest, WhoPressesTwiceIsToldThatItIsBeingMade) {
    test::SiteAnswer second, second_page;
    provider_.during_next_mint([&] {
        second = generate(program());
        second_page = generate(page());
    });
    EXPECT_EQ(generate(program()).json_text("status"), "created");
    EXPECT_EQ(second.status, 202);
    EXPECT_EQ(second.json_text("status"), "in_progress");
    EXPECT_EQ(second.header("Retry-After"), "2");
    EXPECT_EQ(second_page.status, 303);
    EXPECT_EQ(second_page.header("Location"), "/dashboard?result=in-progress");
    EXPECT_EQ(provider_.mint_calls(), 1);
}

TEST_F(OwnKeyRoutesTest, WhatUpstreamDidNotAnswerIsSortedOut) {
    provider_.fail_next_mint(test::FakeKeyProvider::MintFault::lost_after_effect);
    const auto first = generate(program());
    EXPECT_EQ(first.status, 202) << first.body;
    EXPECT_EQ(first.json_text("status"), "in_progress");
    EXPECT_NE(first.header("Retry-After"), "");
}

TEST_F(OwnKeyRoutesTest, WhilePausedNoneIsMade) {
    ASSERT_EQ(generate({.session = session_of(grace)}).header("Location"), "/dashboard?result=created");
    auto terms = usual_terms();
    terms.is_enabled = false;
    restart(terms);
    expect_refused("/dashboard/key", 403, "paused", "paused");
    EXPECT_FALSE(store_.find({ada.id}).value());
    const auto held = generate({.session = session_of(grace), .accept = "application/json"});
    EXPECT_EQ(held.json_text("status"), "exists") << "keys already handed out keep working";
    const auto replaced =
        post_form("/dashboard/key/rotate", {}, {.session = session_of(grace), .accept = "application/json"});
    EXPECT_EQ(replaced.status, 403);
    EXPECT_EQ(replaced.json_text("status"), "paused");
}

TEST_F(OwnKeyRoutesTest, WhenAllAreHandedOutNoneIsLeft) {
    auto terms = usual_terms();
    terms.max_total_keys = 1;
    restart(terms);
    ASSERT_EQ(generate({.session = session_of(grace)}).header("Location"), "/dashboard?result=created");
    expect_refused("/dashboard/key", 409, "full", "full");
    EXPECT_EQ(provider_.mint_calls(), 1);
}

TEST_F(OwnKeyRoutesTest, AnAccountOnHoldGetsNone) {
    store_.hold(ada.id, {clock_.now() + base::Seconds{60}, "cool off"});
    expect_refused("/dashboard/key", 403, "error", "on-hold");
    const auto page_of_hold = get("/dashboard?result=on-hold", page());
    EXPECT_EQ(page_of_hold.status, 200);
    EXPECT_TRUE(page_of_hold.has("cool off")) << "the dashboard says why";
    clock_.advance(base::Seconds{60});
    EXPECT_EQ(generate(page()).header("Location"), "/dashboard?result=created");
}

TEST_F(OwnKeyRoutesTest, WhatUpstreamRefusesLeavesNothingBehind) {
    provider_.fail_next_mint(test::FakeKeyProvider::MintFault::refused);
    const auto refused = generate(program());
    EXPECT_GE(refused.status, 500);
    EXPECT_EQ(refused.json_text("status"), "error");
    EXPECT_FALSE(store_.find({ada.id}).value());
    EXPECT_EQ(generate(program()).json_text("status"), "created");
}

TEST_F(OwnKeyRoutesTest, WhileTheDatabaseIsAwayAProgramIsToldToComeAgain) {
    store_.fail_next(test::MemoryKeyStore::Operation::reserve);
    const auto answer = generate(program());
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.json_text("status"), "error");
    EXPECT_EQ(answer.header("Retry-After"), "5");
}

TEST_F(OwnKeyRoutesTest, AKeyIsReplacedOnceByWhoSawIt) {
    const std::string first = generate(program()).json_text("key");
    const std::string id = row_of(ada).id;
    const auto replaced = post_form("/dashboard/key/rotate", {{"key_id", id}}, program());
    EXPECT_EQ(replaced.status, 200);
    EXPECT_EQ(replaced.json_text("status"), "created");
    const std::string second = replaced.json_text("key");
    EXPECT_NE(second, first);
    EXPECT_EQ(provider_.live_keys().size(), 1u) << "the old one is gone";
    const auto pressed_again = post_form("/dashboard/key/rotate", {{"key_id", id}}, program());
    EXPECT_EQ(pressed_again.json_text("status"), "exists");
    EXPECT_EQ(pressed_again.json_text("key"), second);
    const auto for_page = post_form("/dashboard/key/rotate", {{"key_id", row_of(ada).id}}, page());
    EXPECT_EQ(for_page.status, 303);
    EXPECT_EQ(for_page.header("Location"), "/dashboard?result=replaced");
}

TEST_F(OwnKeyRoutesTest, WhatIsNotThereOrSwitchedOffCanBeNeitherReplacedNorGivenBack) {
    expect_refused("/dashboard/key/rotate", 404, "error", "no-key");
    expect_refused("/dashboard/key/give-back", 404, "error", "no-key");
    ASSERT_EQ(generate(page()).status, 303);
    ASSERT_TRUE(store_.begin_change(row_of(ada).id, {true, std::nullopt}, "off"));
    expect_refused("/dashboard/key/rotate", 403, "error", "switched-off");
    expect_refused("/dashboard/key/give-back", 403, "error", "switched-off");
    EXPECT_EQ(provider_.live_keys().size(), 1u);
}

TEST_F(OwnKeyRoutesTest, AKeyThatIsGivenBackIsRevokedAndNoneIsTakenThatDay) {
    ASSERT_EQ(generate(page()).status, 303);
    const std::string id = row_of(ada).id;
    EXPECT_EQ(post_form("/dashboard/key/give-back", {{"key_id", base::random_uuid()}}, program()).status, 404)
        << "another one than the page showed";
    const auto given = post_form("/dashboard/key/give-back", {{"key_id", id}}, page());
    EXPECT_EQ(given.status, 303);
    EXPECT_EQ(given.header("Location"), "/dashboard?result=given-back");
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(store_.totals()->live, 0);
    EXPECT_EQ(post_form("/dashboard/key/give-back", {}, program()).status, 404);
    expect_refused("/dashboard/key", 403, "error", "on-hold");
    clock_.advance(std::chrono::hours{24});
    EXPECT_EQ(generate(program()).json_text("status"), "created");
}

TEST_F(OwnKeyRoutesTest, WhileUpstreamDoesNotAnswerAKeyThatIsGivenBackIsEnding) {
    ASSERT_EQ(generate(page()).status, 303);
    provider_.fail_next_revoke();
    const auto given = post_form("/dashboard/key/give-back", {}, program());
    EXPECT_EQ(given.status, 202) << given.body;
    EXPECT_EQ(given.json_text("status"), "in_progress");
    EXPECT_EQ(row_of(ada).status, GrantStatus::revoking);
    EXPECT_EQ(row_of(ada).sealed_key, "") << "shown to nobody any more";
    EXPECT_EQ(get("/api/v1/me/key", program()).json_text("key"), "");
}

TEST_F(OwnKeyRoutesTest, AFormOfAnotherSiteIsRefused) {
    for (const char* path : {"/dashboard/key", "/dashboard/key/rotate", "/dashboard/key/give-back"}) {
        for (const char* site : {"cross-site", "same-site", "none"}) {
            auto sender = page();
            sender.site = site;
            EXPECT_EQ(post_form(path, {}, sender).status, 403) << path << " from " << site;
            sender.more = {{"X-CSRF-Token", csrf_token_of(sender.session)}};
            EXPECT_EQ(post_form(path, {}, sender).status, 403) << "a token does not outweigh what the browser says";
        }
    }
    auto sender = page();
    sender.more = {{"Origin", "https://evil.example"}};
    EXPECT_EQ(post_form("/dashboard/key", {}, sender).status, 403);
    sender = program();
    sender.site = "cross-site";
    EXPECT_EQ(generate(sender).status, 403);
    EXPECT_EQ(generate(sender).json_text("status"), "error");
    EXPECT_EQ(provider_.mint_calls(), 0);
}

TEST_F(OwnKeyRoutesTest, WithoutABrowsersWordATokenOfTheSessionIsNeeded) {
    auto sender = page();
    sender.site = "";
    EXPECT_EQ(generate(sender).status, 403);
    EXPECT_EQ(post_form("/dashboard/key", {{"csrf_token", csrf_token_of(session_of(grace))}}, sender).status, 403)
        << "of another session";
    EXPECT_EQ(provider_.mint_calls(), 0);
    const auto made = post_form("/dashboard/key", {{"csrf_token", csrf_token_of(sender.session)}}, sender);
    EXPECT_EQ(made.status, 303);
    EXPECT_EQ(provider_.mint_calls(), 1);
}

TEST_F(OwnKeyRoutesTest, TheLimitOfAllReplicasIsAskedForWhatCostsMoney) {
    restart(usual_terms(), 60);
    rate_limits_.next = std::optional(base::Seconds{17});
    const auto beyond = generate(program());
    EXPECT_EQ(beyond.status, 429);
    EXPECT_EQ(beyond.json_text("status"), "error");
    EXPECT_EQ(beyond.header("Retry-After"), "17");
    rate_limits_.next = base::fail(base::Errc::store_unavailable, "gone");
    EXPECT_EQ(generate(program()).status, 503);
    EXPECT_EQ(provider_.mint_calls(), 0);
    rate_limits_.next = std::nullopt;
    EXPECT_EQ(generate(program()).status, 200);
    EXPECT_EQ(rate_limits_.asked, 3);
}

TEST_F(OwnKeyRoutesTest, TheLimitOfOneProcessHoldsForEachClient) {
    restart(usual_terms(), 2);
    EXPECT_EQ(generate(page()).status, 303);
    EXPECT_EQ(generate(page()).status, 303);
    const auto beyond = generate(page());
    EXPECT_EQ(beyond.status, 429);
    EXPECT_NE(beyond.header("Retry-After"), "");
    EXPECT_EQ(get("/dashboard", page()).status, 200) << "looking is not limited";
}

}  // namespace
}  // namespace llmapikey
