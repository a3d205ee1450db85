// What the console's page of one account shows, and what its buttons come to: pages and programs
// alike.
#include "people/person_page.hpp"

#include <gtest/gtest.h>

#include "people/key_row.hpp"
#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class PersonPageTest : public test::SiteFixture {
protected:
    test::Sender page() { return {.session = session_of(grace)}; }
    test::Sender program() { return {.session = session_of(grace), .accept = "application/json"}; }
    Grant issue() {
        EXPECT_EQ(issue_key(ada).status, KeyOutcome::created);
        return row_of(ada);
    }
    std::string path_of(const Grant& grant, const std::string& action) {
        return "/admin/keys/" + grant.id + "/" + action;
    }
    // What the page and then a program are answered, where nothing is done.
    void expect_refused(const std::string& path, const test::FormFields& fields, const std::string& word, int status) {
        const auto for_page = post_form(path, fields, page());
        EXPECT_EQ(for_page.status, 303) << for_page.body;
        EXPECT_EQ(for_page.header("Location"), "/admin/people/1001?result=" + word);
        const auto for_program = post_form(path, fields, program());
        EXPECT_EQ(for_program.status, status) << for_program.body;
        EXPECT_EQ(for_program.json_text("status"), word);
        EXPECT_NE(for_program.json_text("message"), "");
        EXPECT_TRUE(
            get("/admin/people/1001?result=" + word, page()).has(for_program.json_text("message").substr(0, 12)))
            << "the page says the same";
    }
    // The page shows the form again with what is wrong; a program gets the outcome.
    void expect_form_refused(const std::string& path, const test::FormFields& fields, const std::string& word) {
        const auto for_program = post_form(path, fields, program());
        EXPECT_EQ(for_program.status, 400) << for_program.body;
        EXPECT_EQ(for_program.json_text("status"), word);
        const auto for_page = post_form(path, fields, page());
        EXPECT_EQ(for_page.status, 400) << for_page.body;
        EXPECT_TRUE(for_page.has("aria-invalid=\"true\"")) << word;
        EXPECT_TRUE(for_page.has(for_program.json_text("message").substr(0, 12))) << "the page says the same";
    }
    std::vector<std::string> recorded() {
        std::vector<std::string> actions;
        const auto entries = audit_.read(0, 1000).value();
        for (const ChainedEntry& each : entries)
            actions.push_back(each.entry.actor + " " + each.entry.action + " " + each.entry.outcome);
        return actions;
    }
};

TEST_F(PersonPageTest, ShowsTheKeyAndNeverTheWholeOfIt) {
    const Grant grant = issue();
    const auto raw_key = issuance().open_key(grant)->reveal();
    const auto shown = get("/admin/people/1001", page());
    EXPECT_EQ(shown.status, 200);
    EXPECT_TRUE(shown.has("ada"));
    EXPECT_TRUE(shown.has("…" + grant.key_hint));
    EXPECT_TRUE(shown.has("$2.50"));
    EXPECT_TRUE(shown.has("href=\"https://github.example/ada\""));
    EXPECT_FALSE(shown.has(raw_key));
    EXPECT_TRUE(shown.has("action=\"/admin/keys/" + grant.id + "/revoke\""));
    EXPECT_TRUE(shown.has("action=\"/admin/keys/" + grant.id + "/reveal\""));
}

TEST_F(PersonPageTest, AnAccountWithoutAKeyHasAPageAndWhatIsNoAccountHasNone) {
    EXPECT_EQ(get("/admin/people/77", page()).status, 200);
    for (const char* id : {"0", "-1", "ada", "1001x", "99999999999999999999"})
        EXPECT_EQ(get("/admin/people/" + std::string(id), page()).status, 404) << id;
}

TEST_F(PersonPageTest, AHoldThatIsOverIsNotShown) {
    store_.hold(ada.id, Hold{clock_.now() + base::Seconds{60}, "cool off"});
    EXPECT_TRUE(get("/admin/people/1001", page()).has("cool off"));
    clock_.advance(base::Seconds{60});
    EXPECT_FALSE(get("/admin/people/1001", page()).has("cool off"));
}

TEST_F(PersonPageTest, AKeyThatIsRevokedIsGoneAndStandsInTheList) {
    const Grant grant = issue();
    const auto revoked = post_form(path_of(grant, "revoke"), {{"reason", "leaked"}, {"hold", "7d"}}, page());
    EXPECT_EQ(revoked.status, 303);
    EXPECT_EQ(revoked.header("Location"), "/admin/people/1001?result=revoked");
    EXPECT_FALSE(store_.find({ada.id}).value());
    EXPECT_TRUE(provider_.live_keys().empty());
    EXPECT_EQ(store_.find_account({ada.id})->hold->until, clock_.now() + std::chrono::days{7});
    const auto shown = get("/admin/people/1001?result=revoked", page());
    EXPECT_TRUE(shown.has("The key is revoked."));
    EXPECT_TRUE(shown.has("leaked"));
    EXPECT_TRUE(shown.has("<td data-label=\"By\">grace</td>")) << "the login, not the number";
    EXPECT_EQ(recorded(), (std::vector<std::string>{"github:1003 key.revoke begun", "github:1003 key.revoke done"}));
    EXPECT_EQ(post_form(path_of(grant, "revoke"), {{"reason", "again"}}, page()).status, 404);
}

TEST_F(PersonPageTest, NothingIsRevokedWithoutAReasonThatCanBeRead) {
    const Grant grant = issue();
    for (const std::string reason : {"", "   ", "two\nlines"})
        expect_form_refused(path_of(grant, "revoke"), {{"reason", reason}}, "no-reason");
    expect_form_refused(path_of(grant, "revoke"), {}, "no-reason");
    expect_form_refused(path_of(grant, "reveal"), {{"reason", ""}}, "no-reason");
    EXPECT_EQ(row_of(ada).status, GrantStatus::active);
    EXPECT_EQ(provider_.live_keys().size(), 1u);
    EXPECT_TRUE(recorded().empty());
}

TEST_F(PersonPageTest, WhileUpstreamIsAwayARevocationHasBegun) {
    const Grant grant = issue();
    provider_.fail_next_revoke();
    const auto begun = post_form(path_of(grant, "revoke"), {{"reason", "leaked"}}, program());
    EXPECT_EQ(begun.status, 202) << begun.body;
    EXPECT_EQ(begun.json_text("status"), "begun");
    EXPECT_EQ(row_of(ada).status, GrantStatus::revoking);
    EXPECT_EQ(row_of(ada).sealed_key, "") << "shown to nobody any more";
    EXPECT_TRUE(get("/admin/people/1001", page()).has("under way"));
}

TEST_F(PersonPageTest, WhoHasNoKeyYetIsToldWhyAndTheAttemptHasWordsOfItsOwn) {
    provider_.fail_next_mint(test::FakeKeyProvider::MintFault::lost_before_effect);
    ASSERT_EQ(issue_key(ada).status, KeyOutcome::ambiguous);
    const auto attempt = get("/admin/people/1001", page());
    EXPECT_TRUE(attempt.has("did not say whether it made the key. The service finds out by itself."));
    EXPECT_TRUE(attempt.has("End the attempt</button>"));
    EXPECT_FALSE(attempt.has("The key stops working"));
    EXPECT_FALSE(attempt.has("Revoke the key"));
    Grant waiting;
    waiting.status = GrantStatus::waiting;
    waiting.problem = MintProblem::refused;
    EXPECT_EQ(attempt_text(waiting, true, "OpenRouter").find("OpenRouter refuses to make keys: run llmapikey doctor"),
              0u);
    EXPECT_EQ(attempt_text(waiting, false, "OpenRouter").find("New keys are paused"), 0u);
    waiting.problem = MintProblem::none;
    EXPECT_EQ(attempt_text(waiting, true, "OpenRouter").find("The person waits in the queue."), 0u);
    waiting.status = GrantStatus::active;
    EXPECT_EQ(attempt_text(waiting, true, "OpenRouter"), "");
}

TEST_F(PersonPageTest, WhoNeverClaimedAKeyHasNoneYet) {
    identity_.add({{1004}, "linus"});
    ASSERT_EQ(post_form("/admin/people", {{"people", "linus"}}, page()).status, 303);
    const auto person = get("/admin/people/1004", page());
    EXPECT_TRUE(person.has("linus has not claimed a key yet."));
    EXPECT_FALSE(person.has("has no key now"));
    EXPECT_TRUE(get("/admin/people/77", page()).has("This account has no key now."));
}

TEST_F(PersonPageTest, AKeyThatIsMissingSaysWhatToDoAndIsNotSwitchedOff) {
    const Grant grant = issue();
    EXPECT_TRUE(get("/admin/people/1001", page()).has("id=\"disable\""));
    ASSERT_TRUE(store_.set_missing({grant.id}, clock_.now()));
    const auto missing = get("/admin/people/1001", page());
    EXPECT_TRUE(missing.has("no longer has this key"));
    EXPECT_TRUE(missing.has("Its owner can get another one on the dashboard"));
    EXPECT_FALSE(missing.has("id=\"disable\""));
    EXPECT_FALSE(missing.has("id=\"change-limit\""));
    EXPECT_TRUE(missing.has("id=\"revoke\""));
}

TEST_F(PersonPageTest, AKeyThatIsStillBeingMadeEndsByItself) {
    provider_.fail_next_mint(test::FakeKeyProvider::MintFault::lost_before_effect);
    ASSERT_EQ(issue_key(ada).status, KeyOutcome::ambiguous);
    const auto ending = post_form(path_of(row_of(ada), "revoke"), {{"reason", "leaked"}}, page());
    EXPECT_EQ(ending.header("Location"), "/admin/people/1001?result=ending");
    EXPECT_TRUE(is_ending_attempt(row_of(ada)));
}

TEST_F(PersonPageTest, ACapIsChangedHereAndUpstream) {
    const Grant grant = issue();
    const auto changed = post_form(path_of(grant, "change"), {{"daily_limit_usd", "7.50"}}, page());
    EXPECT_EQ(changed.header("Location"), "/admin/people/1001?result=changed");
    EXPECT_EQ(row_of(ada).daily_limit.value, 7'500'000);
    EXPECT_EQ(row_of(ada).unsynced, "");
    EXPECT_EQ(provider_.live_keys()[0].limit->value, 7'500'000);
    ASSERT_EQ(post_form(path_of(grant, "change"), {{"disabled", "true"}, {"reason", "abuse"}}, page()).status, 303);
    EXPECT_TRUE(provider_.live_keys()[0].is_disabled);
    EXPECT_TRUE(get("/admin/people/1001", page()).has("switched off"));
}

TEST_F(PersonPageTest, AFormThatIsRefusedKeepsWhatWasTyped) {
    const Grant grant = issue();
    const auto cap = post_form(path_of(grant, "change"), {{"daily_limit_usd", "12,5\"0"}}, page());
    EXPECT_TRUE(cap.has("value=\"12,5&quot;0\" aria-invalid=\"true\" aria-describedby=\"cap-problem\""));
    const std::string line = std::string(501, 'y');
    const auto revoke = post_form(path_of(grant, "revoke"), {{"reason", line}, {"hold", "7d"}}, page());
    EXPECT_TRUE(revoke.has(line));
    EXPECT_TRUE(revoke.has("<option value=\"7d\" selected>"));
    EXPECT_TRUE(revoke.has("Nothing was changed."));
    const std::string key = "sk-or-v1-" + std::string(64, 'a');
    EXPECT_FALSE(post_form(path_of(grant, "reveal"), {{"reason", key + line}}, page()).has(key))
        << "no page repeats it";
}

TEST_F(PersonPageTest, AChangeThatMakesNoSenseChangesNothing) {
    const Grant grant = issue();
    const std::string path = path_of(grant, "change");
    for (const std::string amount : {"0", "-1", "ten", "100001"})
        expect_form_refused(path, {{"daily_limit_usd", amount}}, "bad-change");
    expect_form_refused(path, {}, "bad-change");
    expect_form_refused(path, {{"disabled", "true"}, {"reason", std::string(501, 'x')}}, "bad-reason");
    EXPECT_EQ(provider_.update_calls(), 0);
    EXPECT_FALSE(row_of(ada).is_disabled);
    EXPECT_EQ(row_of(ada).daily_limit.value, 2'500'000);
}

TEST_F(PersonPageTest, AChangeThatUpstreamDidNotHearIsNoted) {
    const Grant grant = issue();
    provider_.refuse(grant.delete_handle, base::Error{base::Errc::upstream_down, "no answer", {}});
    expect_refused(path_of(grant, "change"), {{"disabled", "true"}}, "noted", 202);
    EXPECT_TRUE(row_of(ada).is_disabled);
    EXPECT_NE(row_of(ada).unsynced, "") << "upstream is told again";
}

TEST_F(PersonPageTest, WhatIsNotActiveCannotBeChanged) {
    provider_.fail_next_mint(test::FakeKeyProvider::MintFault::lost_before_effect);
    ASSERT_EQ(issue_key(ada).status, KeyOutcome::ambiguous);
    expect_refused(path_of(row_of(ada), "change"), {{"disabled", "true"}}, "busy", 409);
}

TEST_F(PersonPageTest, ARevealIsShownOnceAndToldToTheOwner) {
    const Grant grant = issue();
    const auto raw_key = issuance().open_key(grant)->reveal();
    const auto shown = post_form(path_of(grant, "reveal"), {{"reason", "support"}}, page());
    EXPECT_EQ(shown.status, 200);
    EXPECT_TRUE(shown.has(raw_key));
    EXPECT_EQ(shown.header("Cache-Control"), "no-store");
    EXPECT_EQ(recorded(), (std::vector<std::string>{"github:1003 key.reveal begun", "github:1003 key.reveal done"}));
    EXPECT_EQ(row_of(ada).reveal->reason, "support");
    EXPECT_TRUE(get("/dashboard", {.session = session_of(ada)}).has("support")) << "its owner sees it";
    EXPECT_FALSE(get("/admin/people/1001", page()).has(raw_key));
}

TEST_F(PersonPageTest, AKeyThatWasNeverKeptCannotBeShown) {
    provider_.fail_next_mint(test::FakeKeyProvider::MintFault::lost_before_effect);
    ASSERT_EQ(issue_key(ada).status, KeyOutcome::ambiguous);
    expect_refused(path_of(row_of(ada), "reveal"), {{"reason", "support"}}, "never-kept", 404);
    EXPECT_FALSE(row_of(ada).reveal);
}

TEST_F(PersonPageTest, AKeyIsMadeForAnAccountThatGithubKnows) {
    const auto made = post_form("/admin/keys", {{"github_user_id", " 1001 "}}, page());
    EXPECT_EQ(made.header("Location"), "/admin/people/1001?result=created") << made.body;
    EXPECT_EQ(row_of(ada).github_username, "ada") << "as GitHub says";
    EXPECT_EQ(post_form("/admin/keys", {{"github_user_id", "1001"}}, page()).header("Location"),
              "/admin/people/1001?result=exists");
    EXPECT_EQ(provider_.mint_calls(), 1);
    const auto for_program = post_form("/admin/keys", {{"github_user_id", "1001"}}, program());
    EXPECT_EQ(for_program.json_text("status"), "exists");
    EXPECT_EQ(for_program.json_text("key"), "") << "the key is its owner's";
    EXPECT_EQ(post_form("/admin/keys", {{"github_user_id", "77"}}, page()).header("Location"),
              "/admin/people/77?result=no-account");
}

TEST_F(PersonPageTest, WhatIsNoAccountOrNoLoginGetsNoKey) {
    for (const test::FormFields& fields :
         {test::FormFields{{"github_user_id", "ada"}}, test::FormFields{},
          test::FormFields{{"github_user_id", "1001"}, {"github_username", "\xe2\x80\x8b"}}}) {
        const auto refused = post_form("/admin/keys", fields, page());
        EXPECT_EQ(refused.status, 400);
        EXPECT_TRUE(refused.has("No key was made."));
        EXPECT_EQ(post_form("/admin/keys", fields, program()).status, 400);
    }
    EXPECT_EQ(provider_.mint_calls(), 0);
}

TEST_F(PersonPageTest, WhilePausedOrFullOrOnHoldTheOrganizerIsToldWhy) {
    const auto result = [&] {
        return post_form("/admin/keys", {{"github_user_id", "1001"}}, page()).header("Location");
    };
    store_.hold(ada.id, Hold{std::nullopt, "no"});
    EXPECT_EQ(result(), "/admin/people/1001?result=on-hold");
    EXPECT_EQ(post_form("/admin/people/1001/lift", {}, page()).header("Location"), "/admin/people/1001?result=lifted");
    EXPECT_FALSE(store_.find_account({ada.id})->hold);
    ASSERT_EQ(issue_key(grace).status, KeyOutcome::created);
    auto terms = usual_terms();
    terms.max_total_keys = 1;
    restart(terms);
    EXPECT_EQ(result(), "/admin/people/1001?result=full");
    terms.is_enabled = false;
    restart(terms);
    EXPECT_EQ(result(), "/admin/people/1001?result=paused");
    restart(usual_terms());
    provider_.fail_next_mint(test::FakeKeyProvider::MintFault::refused);
    EXPECT_EQ(result(), "/admin/people/1001?result=upstream");
}

TEST_F(PersonPageTest, ToOthersNoneOfItIsThere) {
    const Grant grant = issue();
    for (const test::Sender& sender : {test::Sender{}, test::Sender{.session = session_of(ada)}}) {
        EXPECT_EQ(get("/admin/people/1001", sender).status, 404);
        for (const char* action : {"revoke", "change", "reveal"})
            EXPECT_EQ(post_form(path_of(grant, action), {{"reason", "x"}, {"disabled", "true"}}, sender).status, 404);
        EXPECT_EQ(post_form("/admin/people/1001/lift", {}, sender).status, 404);
        EXPECT_EQ(post_form("/admin/keys", {{"github_user_id", "77"}}, sender).status, 404);
    }
    EXPECT_EQ(row_of(ada).id, grant.id);
    EXPECT_EQ(provider_.update_calls(), 0);
    EXPECT_TRUE(recorded().empty());
}

TEST_F(PersonPageTest, AFormOfAnotherSiteIsRefused) {
    const Grant grant = issue();
    for (const std::string site : {"cross-site", "same-site"}) {
        test::Sender sender = page();
        sender.site = site;
        EXPECT_EQ(post_form(path_of(grant, "revoke"), {{"reason", "leaked"}}, sender).status, 403) << site;
    }
    EXPECT_EQ(row_of(ada).status, GrantStatus::active);
}

}  // namespace
}  // namespace llmapikey
