// The organizer's list: who is put on it, whose logins they are, and who has claimed a key.
#include "roster/roster.hpp"

#include "contract/people/people_under_test.hpp"
#include "support/fake_identity_provider.hpp"

namespace llmapikey::test {
namespace {

class RosterContract : public PeopleUnderTest {
protected:
    RosterContract() {
        for (const Recipient& account : {Recipient{{1}, "ada"}, Recipient{{2}, "Grace"}, Recipient{{3}, "linus"}})
            github_.add(account);
    }
    AddedPeople add(const std::string& text) {
        const auto added = service_.add(text, by_);
        EXPECT_TRUE(added) << added.error().detail;
        return added.value_or(AddedPeople{});
    }
    std::string resolve() { return service_.resolve_some({}); }
    RosterCounts counts() { return roster_.counts().value(); }

    const Initiator by_{"github:1003", "127.0.0.1"};
    FakeIdentityProvider github_;
    Roster service_{roster_, github_, *audit_, clock_};
};

TEST_P(RosterContract, PeopleAreAddedWithTheAccountsThatGitHubSays) {
    const auto added = add("@ada, Ada Lovelace\nGrace");
    EXPECT_EQ(added.added, 2);
    EXPECT_TRUE(added.problems.empty());
    const auto ada = roster_.find({1}).value().value();
    EXPECT_EQ(ada.login, "ada");
    EXPECT_EQ(ada.name, "Ada Lovelace");
    EXPECT_EQ(ada.added_by, "github:1003");
    EXPECT_EQ(ada.added_at, clock_.now());
    EXPECT_EQ(roster_.find_by_id(ada.id).value()->github_user_id, GithubUserId{1});
    EXPECT_EQ(roster_.find_by_logins({"GRACE"}).value().at(0).login, "Grace");
    const auto entries = audit_->read(0, 10).value();
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[1].entry.action, "people.add");
    EXPECT_EQ(entries[1].entry.detail, "2 people: ada, Grace");
}

TEST_P(RosterContract, OneWrongLineAndNobodyIsAdded) {
    const auto refused = add("ada\nnobody-at-all\ntwo words");
    ASSERT_EQ(refused.problems.size(), 1u) << "GitHub is not asked while a line makes no sense";
    EXPECT_EQ(refused.problems[0].text.find("Line 3: 'two words' is neither"), 0u);
    const auto unknown = add("ada\nnobody-at-all");
    ASSERT_EQ(unknown.problems.size(), 1u);
    EXPECT_EQ(unknown.problems[0].text, "Line 2: 'nobody-at-all': GitHub knows no account of this name.");
    EXPECT_EQ(counts().expected, 0);
    EXPECT_TRUE(audit_->read(0, 10).value().empty());
    EXPECT_EQ(add("\n \n").problems.size(), 1u);
    std::string many;
    for (std::size_t i = 0; i <= Roster::lines_max; ++i)
        many += "somebody-" + std::to_string(i) + "\n";
    EXPECT_EQ(add(many).problems.at(0).text, "Add at most 1000 people at once.");
}

TEST_P(RosterContract, OfManyUnknownLoginsItIsSaidHowManyWereNotAskedFor) {
    std::string many;
    for (int i = 0; i < 120; ++i)
        many += "nobody-" + std::to_string(i) + "\n";
    const auto refused = add(many);
    ASSERT_EQ(refused.problems.size(), 31u);
    EXPECT_EQ(refused.problems.back().text,
              "GitHub was not asked for 90 other logins yet: at most 30 are looked up at once.");
    EXPECT_EQ(counts().expected, 0);
}

TEST_P(RosterContract, ALineThatRepeatsAnotherIsSkipped) {
    const auto added = add("ada\nGrace\n@ADA\ngrace");
    EXPECT_EQ(added.added, 2);
    EXPECT_EQ(added.repeated, 2);
    EXPECT_TRUE(added.problems.empty());
}

TEST_P(RosterContract, WhoIsOnTheListStaysAndANewNameIsTaken) {
    add("ada, Ada\ngrace");
    const auto again = add("ADA, Ada Lovelace\nGrace\nlinus");
    EXPECT_EQ(again.added, 1);
    EXPECT_EQ(again.known, 2);
    EXPECT_EQ(roster_.find({1}).value()->name, "Ada Lovelace");
    EXPECT_EQ(counts().expected, 3);
    EXPECT_EQ(add("linus").added, 0);
}

TEST_P(RosterContract, WhileGitHubDoesNotAnswerTheLoginsWait) {
    github_.refuse(base::Error{base::Errc::rate_limited, "slow down", base::Seconds{300}});
    EXPECT_EQ(add("ada\nnobody-at-all, Nobody").added, 2);
    EXPECT_FALSE(roster_.find({1}).value());
    EXPECT_EQ(roster_.list_unresolved(clock_.now(), 10).value().size(), 2u);
    EXPECT_NE(resolve(), "");
    github_.refuse(std::nullopt);
    EXPECT_EQ(resolve(), "");
    EXPECT_FALSE(roster_.find({1}).value()) << "GitHub has asked to wait";
    clock_.advance(base::Seconds{301});
    EXPECT_EQ(resolve(), "");
    EXPECT_EQ(roster_.find({1}).value()->login, "ada");
    const auto unknown = roster_.find_by_logins({"nobody-at-all"}).value().at(0);
    EXPECT_EQ(unknown.problem, "GitHub knows no account of this name");
    EXPECT_TRUE(roster_.list_unresolved(clock_.now(), 10).value().empty());
    github_.add({{9}, "nobody-at-all"});
    clock_.advance(std::chrono::hours{25});
    EXPECT_EQ(resolve(), "");
    EXPECT_EQ(roster_.find({9}).value()->problem, "");
    EXPECT_EQ(roster_.find({9}).value()->name, "Nobody");
}

TEST_P(RosterContract, AnAccountIsListedOnceWhateverItsLogins) {
    expect({{GithubUserId{1}, "ada", "Ada"}});
    expect({{std::nullopt, "ada-of-old", ""}});
    const auto second = roster_.find_by_logins({"ada-of-old"}).value().at(0);
    ASSERT_TRUE(roster_.resolve(second.id, {{1}, "ada"}));
    EXPECT_FALSE(roster_.find_by_id(second.id).value());
    EXPECT_EQ(roster_.find({1}).value()->name, "Ada");
    expect({{GithubUserId{1}, "ada-renamed", ""}, {std::nullopt, "other", ""}});
    expect({{std::nullopt, "other", ""}});
    EXPECT_EQ(counts().expected, 2);
}

TEST_P(RosterContract, ClaimedIsWhoHasAKeyWaitsForOneOrHadOne) {
    expect({{GithubUserId{1}, "ada", ""},
            {GithubUserId{2}, "grace", ""},
            {GithubUserId{3}, "linus", ""},
            {GithubUserId{4}, "late", ""},
            {std::nullopt, "unresolved", ""},
            {std::nullopt, "unseen", ""}});
    EXPECT_EQ(counts().claimed, 0);
    issue(1);
    issue(2);
    end(2);
    reserve(3);
    issue(77, "Unresolved");
    issue(78, "not-expected");
    EXPECT_EQ(counts().expected, 6);
    EXPECT_EQ(counts().claimed, 4);
    EXPECT_EQ(counts().not_claimed(), 2);
    PeopleQuery unclaimed = query(PeopleOrder::person);
    unclaimed.state = "not_claimed";
    EXPECT_EQ(names(all(unclaimed)), (std::vector<std::string>{"4", "@unseen"})) << "the list says the same";
}

TEST_P(RosterContract, WhoIsRemovedIsGoneFromTheList) {
    add("ada");
    const auto ada = roster_.find({1}).value().value();
    ASSERT_TRUE(service_.remove(ada, by_));
    EXPECT_EQ(counts().expected, 0);
    const auto entries = audit_->read(2, 10).value();
    ASSERT_EQ(entries.size(), 2u);
    EXPECT_EQ(entries[1].entry.action, "people.remove");
    EXPECT_EQ(entries[1].entry.subject, "account:1");
    ASSERT_TRUE(service_.remove(ada, by_)) << "twice is once";
}

INSTANTIATE_TEST_SUITE_P(Stores, RosterContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
