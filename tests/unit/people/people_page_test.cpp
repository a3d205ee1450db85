// What the list of people decides: links, chips, choices, forms and files.
#include "people/people_page.hpp"

#include <gtest/gtest.h>

#include "support/site_fixture.hpp"

namespace llmapikey {
namespace {

class PeoplePageTest : public test::SiteFixture {
protected:
    test::Sender page() { return {.session = session_of(grace)}; }
    test::Sender program() { return {.session = session_of(grace), .accept = "application/json"}; }
    // Puts somebody with an active key into the database of the list.
    void hold_key(int account, const std::string& login, const std::string& more = "") {
        const std::string id = std::to_string(account);
        const auto now = std::to_string(clock_.now().time_since_epoch().count());
        const auto done = sql().run(
            "INSERT INTO api_keys (id, github_user_id, github_username, status, nonce, openrouter_delete_hash, "
            "openrouter_key, key_hint, daily_limit_micro_usd, created_at, attempted_at, expires_at) VALUES "
            "('00000000-0000-4000-8000-" +
                std::string(12 - id.size(), '0') + id + "', '" + id + "', '" + login + "', 'active', 'n" + id +
                "', 'handle-" + id + "', 'v1.sealed', 'h" + id + "', 10000000, " + now + ", " + now + ", " + now +
                " + 8640000)",
            {});
        ASSERT_TRUE(done) << done.error().detail;
        if (more.empty()) return;
        const auto changed = sql().run("UPDATE api_keys SET " + more + " WHERE github_user_id = '" + id + "'", {});
        ASSERT_TRUE(changed) << changed.error().detail;
    }
    void spend(int account, std::int64_t micro_usd) {
        const auto done = sql().run(
            "INSERT INTO spending_days (github_user_id, day, openrouter_delete_hash, "
            "spent_micro_usd) VALUES ($1, $2, 'h', $3)",
            SqlValues().add(std::to_string(account)).add(day_text(clock_.now())).add(micro_usd));
        ASSERT_TRUE(done) << done.error().detail;
    }
};

TEST_F(PeoplePageTest, ARowIsAPersonWithABadgeAndABar) {
    hold_key(1001, "ada");
    hold_key(1002, "bob", "is_disabled = 1");
    spend(1001, 10'000'000);
    const auto list = get("/admin/people", page());
    EXPECT_EQ(list.status, 200);
    EXPECT_TRUE(list.has("<a href=\"/admin/people/1001\">ada</a>"));
    EXPECT_TRUE(list.has("<span class=\"badge bad\">At cap</span>"));
    EXPECT_TRUE(list.has("<span class=\"badge warn\">Switched off</span>"));
    EXPECT_TRUE(list.has("$10.00<progress class=\"full\" max=\"100\" value=\"100\" aria-label=\"of $10.00\">"));
    EXPECT_TRUE(list.has("…h1001"));
    EXPECT_TRUE(list.has("1–2 of 2"));
    EXPECT_FALSE(list.has("v1.sealed"));
}

TEST_F(PeoplePageTest, ThePageOfAPersonSaysTheSameAsTheRow) {
    hold_key(1002, "bob", "is_disabled = 1");
    spend(1002, 9'000'000);
    const auto person = get("/admin/people/1002", page());
    EXPECT_TRUE(person.has("<span class=\"badge warn\">Switched off</span>"));
    EXPECT_TRUE(person.has("$9.00 <small>of $10.00</small>"));
    EXPECT_TRUE(person.has("<progress class=\"near\" max=\"100\" value=\"90\""));
    EXPECT_FALSE(get("/admin/people/77", page()).has("badge")) << "nothing is known of this account";
}

TEST_F(PeoplePageTest, ABarOfActsLeadsToTheirConfirmations) {
    hold_key(1001, "ada");
    const auto list = get("/admin/people", page());
    EXPECT_TRUE(list.has("id=\"revoke-chosen\" formaction=\"/admin/revocations/new\""));
    for (const std::string act : {"disable", "enable", "replace", "cap"}) {
        EXPECT_TRUE(
            list.has("id=\"" + act + "-chosen\" name=\"act\" value=\"" + act + "\" formaction=\"/admin/changes/new\""));
    }
}

TEST_F(PeoplePageTest, ChipsAreOfStatesThatSomebodyIsIn) {
    hold_key(1001, "ada");
    const auto list = get("/admin/people?q=a&sort=person", page());
    EXPECT_TRUE(list.has("<a href=\"/admin/people?q=a&amp;sort=person\" aria-current=\"true\">All 1</a>"));
    EXPECT_TRUE(list.has("<a href=\"/admin/people?q=a&amp;state=usable&amp;sort=person\">Active 1</a>"));
    EXPECT_FALSE(list.has(">Blocked 0<"));
    EXPECT_TRUE(get("/admin/people?state=blocked", page()).has("aria-current=\"true\">Blocked 0</a>"))
        << "the one that is chosen is there";
}

TEST_F(PeoplePageTest, AHeadSortsAndTurnsTheOrderRound) {
    hold_key(1001, "ada");
    const auto usual = get("/admin/people", page());
    EXPECT_TRUE(usual.has("aria-sort=\"descending\"><a href=\"/admin/people?dir=asc\">Today</a>"));
    EXPECT_TRUE(usual.has("<a href=\"/admin/people?sort=expires\">Expires</a>"));
    const auto turned = get("/admin/people?dir=asc&state=usable", page());
    EXPECT_TRUE(turned.has("aria-sort=\"ascending\"><a href=\"/admin/people?state=usable\">Today</a>"));
    EXPECT_TRUE(get("/admin/people?sort=expiry", page())
                    .has("aria-sort=\"ascending\"><a href=\"/admin/people?sort=expires&amp;dir=desc\">"));
}

TEST_F(PeoplePageTest, PagesLeadOnAndBackAndKeepTheSearch) {
    for (int account = 1; account <= 60; ++account)
        hold_key(account, "login-" + std::to_string(100 + account));
    const auto link = [](const test::SiteAnswer& answer, const std::string& id) {
        const auto start = answer.body.find("id=\"" + id + "\" href=\"");
        if (start == std::string::npos) return std::string();
        const auto from = start + id.size() + 12;
        return base::replaced(answer.body.substr(from, answer.body.find('"', from) - from), "&amp;", "&");
    };
    const auto first = get("/admin/people?q=login-1&sort=person", page());
    EXPECT_TRUE(first.has("1–25 of 60"));
    EXPECT_EQ(link(first, "previous"), "");
    const auto second = get(link(first, "next"), page());
    EXPECT_TRUE(second.has("26–50 of 60")) << second.status;
    const auto last = get(link(second, "next"), page());
    EXPECT_TRUE(last.has("51–60 of 60"));
    EXPECT_EQ(link(last, "next"), "");
    EXPECT_TRUE(get(link(last, "previous"), page()).has("26–50 of 60"));
    EXPECT_TRUE(get(link(second, "previous"), page()).has("login-101"));
    const auto wrong = get("/admin/people?page=99", page());
    EXPECT_EQ(wrong.status, 400);
    EXPECT_TRUE(wrong.has("That page does not exist"));
    EXPECT_TRUE(wrong.has("1–25 of 60"));
}

TEST_F(PeoplePageTest, AllThatMatchAreChosenByALink) {
    for (int account = 1; account <= 30; ++account)
        hold_key(account, "login-" + std::to_string(account), account <= 2 ? "is_disabled = 1" : "");
    hold_key(31, "login-31", "status = 'revoking', openrouter_key = NULL");
    const auto list = get("/admin/people", page());
    EXPECT_TRUE(list.has("href=\"/admin/people?all=true\">Choose all that match (30 keys)</a>"))
        << "one is being revoked";
    const auto chosen = get("/admin/people?all=true", page());
    EXPECT_TRUE(chosen.has("Chosen: 30 keys, all that match."));
    EXPECT_TRUE(chosen.has("<input type=\"hidden\" name=\"all\" value=\"true\">"));
    EXPECT_FALSE(chosen.has("name=\"ids\""));
    const auto some = get("/admin/people?state=disabled&q=login&all=true", page());
    EXPECT_TRUE(some.has("Chosen: 2 keys, all that match."));
    EXPECT_TRUE(some.has(
        "<input type=\"hidden\" name=\"q\" value=\"login\"><input type=\"hidden\" name=\"state\" value=\"disabled\">"));
    EXPECT_FALSE(some.has("name=\"all\" value"));
    EXPECT_FALSE(get("/admin/people?state=disabled", page()).has("Choose all")) << "the page is all of them";
}

TEST_F(PeoplePageTest, WhoIsNotChosenIsNotRevoked) {
    const auto refused = get("/admin/revocations/new", page());
    EXPECT_EQ(refused.status, 400);
    EXPECT_TRUE(refused.has("nobody was chosen"));
}

TEST_F(PeoplePageTest, LinksToTheListOfKeysGoOnToWork) {
    hold_key(1001, "ada");
    hold_key(1002, "bob", "is_disabled = 1");
    for (const char* path : {"/admin?state=active", "/admin?status=active", "/admin?q=ada", "/admin?sort=spent",
                             "/admin?unused=1", "/admin?expires_within=3650", "/admin?from=2020-01-01"})
        EXPECT_TRUE(get(path, page()).has(">ada</a>")) << path;
    EXPECT_TRUE(get("/admin?state=active", page()).has(">bob</a>")) << "a key that is switched off is active, too";
    EXPECT_FALSE(get("/admin/people?state=usable", page()).has(">bob</a>"));
    const auto moved = get("/admin/accounts/1001?result=revoked", page());
    EXPECT_EQ(moved.status, 308);
    EXPECT_EQ(moved.header("Location"), "/admin/people/1001?result=revoked");
    const auto wrong = get("/admin/people?from=yesterday&all=true", page());
    EXPECT_EQ(wrong.status, 400);
    EXPECT_FALSE(wrong.has("Chosen:")) << "nobody is chosen by what makes no sense";
    EXPECT_FALSE(wrong.has("?from=yesterday"));
}

TEST_F(PeoplePageTest, ALineThatRepeatsAnotherIsSkippedAndTold) {
    identity_.add({{1004}, "linus"});
    const auto added = post_form("/admin/people", {{"people", "linus, Linus\n@LINUS\nada\nlinus"}}, page());
    ASSERT_EQ(added.status, 303) << added.body;
    EXPECT_TRUE(get(added.header("Location"), page())
                    .has("2 people are added to the list. 2 lines repeat others and were skipped."));
    const auto again = post_form("/admin/people", {{"people", "linus\nlinus"}}, page());
    EXPECT_TRUE(
        get(again.header("Location"), page())
            .has("Nobody was added: 1 person was on the list already. 1 line repeats another and was skipped."));
    EXPECT_TRUE(get("/admin/people?result=people-added-2-1", page()).has("2 people are added to the list."));
}

TEST_F(PeoplePageTest, TheListIsSaidToBeNoGate) {
    EXPECT_TRUE(get("/admin/people", page()).has("anybody with a GitHub account can claim a key"));
}

TEST_F(PeoplePageTest, WhoEndedAKeyIsNamedByLogin) {
    ASSERT_EQ(issue_key(ada).status, KeyOutcome::created);
    const Grant grant = row_of(ada);
    ASSERT_EQ(post_form("/admin/keys/" + grant.id + "/revoke", {{"reason", "leaked"}}, page()).status, 303);
    const auto list = get("/admin/people?q=ada", page());
    EXPECT_TRUE(list.has("<td data-label=\"By\">grace</td>"));
    EXPECT_FALSE(list.has("github:1003"));
}

TEST_F(PeoplePageTest, PeopleAreAddedNamedLineByLineAndRemoved) {
    identity_.add({{1004}, "linus"});
    const auto refused = post_form("/admin/people", {{"people", "linus, Linus\nnobody <b>\nlinus"}}, page());
    EXPECT_EQ(refused.status, 422);
    EXPECT_TRUE(refused.has("Line 2: &apos;nobody &lt;b&gt;&apos; is neither"));
    EXPECT_TRUE(refused.has(">linus, Linus\nnobody &lt;b&gt;\nlinus</textarea>")) << "the text is kept";
    EXPECT_TRUE(refused.has("aria-invalid=\"true\" autofocus"));
    const auto added = post_form("/admin/people", {{"people", "https://github.com/linus, Linus T\n@ada"}}, page());
    EXPECT_EQ(added.status, 303) << added.body;
    const auto list = get(added.header("Location"), page());
    EXPECT_TRUE(list.has("2 people are added to the list."));
    EXPECT_TRUE(list.has("<a href=\"/admin/people/1004\">linus</a> <span class=\"soft small\">Linus T</span>"));
    EXPECT_TRUE(list.has("<span class=\"badge\">Not claimed</span>"));
    EXPECT_TRUE(get("/admin/people?q=linus+t", page()).has("1–1 of 1"));
    const auto person = get("/admin/people/1004", page());
    const std::string form = "action=\"/admin/people/";
    EXPECT_TRUE(person.has("As <q>Linus T</q>, since"));
    const auto at = person.body.find(form, person.body.find("id=\"expected\"")) + form.size();
    const std::string id = person.body.substr(at, 36);
    const auto removed = post_form("/admin/people/" + id + "/remove", {}, page());
    EXPECT_EQ(removed.header("Location"), "/admin/people/1004?result=people-removed");
    EXPECT_TRUE(get(removed.header("Location"), page()).has("is removed from the organizer&apos;s list"));
    EXPECT_EQ(post_form("/admin/people/" + id + "/remove", {}, page()).status, 404);
    EXPECT_EQ(post_form("/admin/people", {{"people", "ada"}}, page()).header("Location"),
              "/admin/people?result=people-added-0-1-0");
}

TEST_F(PeoplePageTest, SomebodyWhoseAccountIsNotKnownYetHasAPage) {
    identity_.refuse(base::Error{base::Errc::upstream_down, "GitHub is away"});
    EXPECT_EQ(post_form("/admin/people", {{"people", "late-comer"}}, page()).status, 303);
    const auto list = get("/admin/people", page());
    const std::string link = "<a href=\"/admin/people/";
    const auto at = list.body.find(link, list.body.find("<tbody>")) + link.size();
    const std::string id = list.body.substr(at, 36);
    const auto person = get("/admin/people/" + id, page());
    EXPECT_EQ(person.status, 200);
    EXPECT_TRUE(person.has("<h1>late-comer <span class=\"badge\">Not claimed</span></h1>"));
    EXPECT_EQ(post_form("/admin/people/" + id + "/remove", {}, page()).header("Location"),
              "/admin/people?result=people-removed");
}

TEST_F(PeoplePageTest, APastedKeyIsNotSentBack) {
    const std::string key = "sk-or-v1-" + std::string(64, 'a');
    const auto refused = post_form("/admin/people", {{"people", "ada\n" + key}}, page());
    EXPECT_EQ(refused.status, 422);
    EXPECT_FALSE(refused.has(key));
}

TEST_F(PeoplePageTest, TheListIsSavedAsAFileWithTheSameFilter) {
    hold_key(1001, "ada");
    hold_key(1002, "bob", "is_disabled = 1");
    ASSERT_EQ(post_form("/admin/people", {{"people", "grace, =cmd|'/c calc'!A1"}}, page()).status, 303);
    spend(1001, 1'500'000);
    const auto all = get("/admin/people/export", page());
    EXPECT_EQ(all.header("Content-Type"), "text/csv; charset=utf-8");
    EXPECT_EQ(all.header("Content-Disposition"), "attachment; filename=\"llmapikey-people.csv\"");
    EXPECT_TRUE(all.body.starts_with("github_user_id,github_username,name,state,spent_today_usd,"));
    EXPECT_TRUE(all.has("\"1001\",\"ada\",\"\",\"usable\",\"1.50\",\"1.50\",\"10\",\"\",\"h1001\","));
    EXPECT_TRUE(all.has("\"'=cmd|'/c calc'!A1\""));
    EXPECT_FALSE(all.has("v1.sealed"));
    const auto some = get("/admin/people/export?state=disabled&sort=person", page());
    EXPECT_TRUE(some.has("\"bob\"") && !some.has("\"ada\""));
    EXPECT_EQ(get("/admin/people/export?state=gone", page()).status, 400);
}

TEST_F(PeoplePageTest, ProgramsReadPeopleAsJson) {
    hold_key(1001, "ada");
    hold_key(1002, "bob");
    spend(1002, 9'000'000);
    const auto reader = program_with({Scope::read});
    const auto list = get("/api/v1/people?limit=1", reader);
    EXPECT_EQ(list.status, 200) << list.body;
    const auto body = list.json().as_object();
    EXPECT_EQ(body.at("total"), 2);
    const auto& person = body.at("people").as_array().at(0).as_object();
    EXPECT_EQ(person.at("github_username"), "bob");
    EXPECT_EQ(person.at("state"), "near_cap");
    EXPECT_EQ(person.at("spent_today_usd"), 9.0);
    EXPECT_EQ(person.at("key").as_object().at("hint"), "h1002");
    const auto next = get("/api/v1/people?limit=1&cursor=" + std::string(body.at("next_cursor").as_string()), reader);
    EXPECT_EQ(next.json().as_object().at("people").as_array().at(0).as_object().at("github_username"), "ada");
    EXPECT_TRUE(next.json().as_object().at("next_cursor").is_null());
    EXPECT_EQ(get("/api/v1/people?cursor=x", reader).status, 400);
    EXPECT_EQ(get("/api/v1/people?state=gone", reader).status, 400);
    EXPECT_EQ(get("/api/v1/people", program_with({Scope::write})).status, 403);
}

TEST_F(PeoplePageTest, ToOthersNoneOfItIsThere) {
    const test::Sender others{.session = session_of(ada)};
    for (const char* path : {"/admin/people", "/admin/people/1001", "/admin/people/export", "/admin/accounts/1001"})
        EXPECT_EQ(get(path, others).status, 404) << path;
    EXPECT_EQ(post_form("/admin/people", {{"people", "ada"}}, others).status, 404);
    EXPECT_EQ(
        post_form("/admin/people", {{"people", "ada"}}, {.session = session_of(grace), .site = "cross-site"}).status,
        403);
}

}  // namespace
}  // namespace llmapikey
