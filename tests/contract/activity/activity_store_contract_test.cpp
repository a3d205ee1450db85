// What every ActivityStore promises, asked of both databases.
#include "activity/store_activity.hpp"

#include <gtest/gtest.h>

#include "audit/audited.hpp"
#include "roster/store_roster.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {
namespace {

class ActivityStoreContract : public StoresUnderTest {
protected:
    Audited audited(const std::string& actor, const std::string& action, const std::string& subject,
                    const std::string& detail = "why") {
        return {*audit_, clock_, {actor, "127.0.0.1"}, action, subject, detail};
    }
    std::vector<Act> acts(const ActQuery& query = {}) {
        auto found = SqlActivityStore(sql_).acts(query);
        EXPECT_TRUE(found) << found.error().detail;
        return found.value_or(std::vector<Act>());
    }
};

TEST_P(ActivityStoreContract, BeginAndEndAreOneAct) {
    auto first = audited("github:1003", "key.revoke", "account:1 grant:a");
    auto second = audited("github:1003", "key.revoke", "account:2 grant:b", "other");
    ASSERT_TRUE(first.begin() && second.begin());
    clock_.advance(base::Seconds{5});
    ASSERT_TRUE(first.done());
    (void)second.failed({base::Errc::upstream_down, "no answer", {}});
    const auto found = acts();
    ASSERT_EQ(found.size(), 2u);
    EXPECT_EQ(found[0].outcome, "failed");
    EXPECT_EQ(found[0].intent, "other");
    EXPECT_EQ(found[0].detail, "no answer");
    EXPECT_EQ(found[1].outcome, "done");
    EXPECT_EQ(found[1].subject, "account:1 grant:a");
    EXPECT_EQ(found[1].at, clock_.now());
}

TEST_P(ActivityStoreContract, ABeginWithoutAnEndStaysEvenIfTheSameIsDoneLater) {
    auto lost = audited("github:1003", "hold.set", "account:1", "first");
    auto again = audited("github:1003", "hold.set", "account:1", "second");
    ASSERT_TRUE(lost.begin() && again.begin() && again.done());
    ASSERT_TRUE(audited("system", "key.revoke", "account:1", "alone").done());
    const auto found = acts();
    ASSERT_EQ(found.size(), 3u);
    EXPECT_EQ(found[0].detail, "alone");
    EXPECT_EQ(found[0].intent, "");
    EXPECT_EQ(found[1].intent, "second");
    EXPECT_EQ(found[2].outcome, "begun");
    EXPECT_EQ(found[2].detail, "first");
}

TEST_P(ActivityStoreContract, FiltersByPersonActionAndTime) {
    ASSERT_TRUE(audited("github:1003", "key.reveal", "account:10 grant:a").done());
    ASSERT_TRUE(audited("github:10", "token.create", "token:t").done());
    ASSERT_TRUE(audited("recipient:10", "key.replace", "account:10 grant:a").done());
    ASSERT_TRUE(audited("github:100", "key.reveal", "account:100").done());
    clock_.advance(std::chrono::hours{24});
    ASSERT_TRUE(audited("github:10 token:t", "hold.set", "account:7").done());

    ActQuery about;
    about.people = {{GithubUserId{10}}};
    EXPECT_EQ(acts(about).size(), 4u) << "by them and about them, and not account 100";
    about.people = {std::vector<GithubUserId>()};
    EXPECT_TRUE(acts(about).empty()) << "nobody's";
    ActQuery revealed;
    revealed.actions = {"key.reveal", "key.mint"};
    EXPECT_EQ(acts(revealed).size(), 2u);
    ActQuery today;
    today.from = clock_.now() - std::chrono::hours{1};
    EXPECT_EQ(acts(today).size(), 1u);
    today.before = today.from;
    today.from.reset();
    EXPECT_EQ(acts(today).size(), 4u);
}

TEST_P(ActivityStoreContract, PagesFollowEachOther) {
    for (int i = 1; i <= 5; ++i) {
        auto each = audited("github:1003", "hold.lift", "account:" + std::to_string(i));
        ASSERT_TRUE(each.begin() && each.done());
    }
    ActQuery query;
    query.limit = 2;
    std::string order;
    for (auto page = acts(query); !page.empty(); page = acts(query)) {
        for (const Act& act : page)
            order += act.subject.back();
        query.below = page.back().sequence;
    }
    EXPECT_EQ(order, "54321");
}

TEST_P(ActivityStoreContract, NamesAreThoseOfKeysNowAndBefore) {
    const Grant grant = issue(1);
    const Grant ended = issue(2);
    ASSERT_TRUE(admin_->begin_revocations({ended.id}, ending()));
    const auto found = SqlActivityStore(sql_).names({"1", "2", "3"}, {grant.id, ended.id});
    ASSERT_TRUE(found) << found.error().detail;
    EXPECT_EQ(found->logins.at("1"), grant.github_username);
    EXPECT_EQ(found->logins.at("2"), ended.github_username);
    EXPECT_FALSE(found->logins.contains("3"));
    EXPECT_EQ(found->hints.at(grant.id), keys_->find({1}).value()->key_hint);
    EXPECT_TRUE(found->hints.contains(ended.id));
    EXPECT_TRUE(SqlActivityStore(sql_).names({}, {})->logins.empty());
}

TEST_P(ActivityStoreContract, WhoIsOnTheListOnlyIsFoundAndNamed) {
    SqlRosterStore roster(sql_);
    ASSERT_TRUE(roster.add({{GithubUserId{41}, "Mia-Listed", ""}, {std::nullopt, "b_unknown", ""}}, "github:1003",
                           clock_.now()));
    SqlActivityStore store(sql_);
    EXPECT_EQ(store.find_listed("mia-list", 5).value(), (std::vector<GithubUserId>{{41}}));
    EXPECT_TRUE(store.find_listed("b_unknown", 5).value().empty()) << "nobody knows that account";
    EXPECT_TRUE(store.find_listed("%", 5).value().empty());
    EXPECT_TRUE(store.find_listed("mia-list", 0).value().empty());
    EXPECT_EQ(store.names({"41", "42"}, {}).value().logins, (std::map<std::string, std::string>{{"41", "Mia-Listed"}}));

    ASSERT_TRUE(audited("github:1003", "people.add", "people:x", "Mia-Listed, b_unknown").done());
    ASSERT_TRUE(audited("github:1003", "people.remove", "people:y", "b_unknown").done());
    ASSERT_TRUE(audited("github:1003", "hold.set", "account:41", "b_unknown is the reason").done());
    ActQuery query;
    query.people = std::vector<GithubUserId>();
    query.listed = "B_UNKNOWN";
    EXPECT_EQ(acts(query).size(), 2u) << "put on the list, and taken off it";
    query.listed = "bxunknown";
    EXPECT_TRUE(acts(query).empty());
    query.people = {{GithubUserId{41}}};
    query.listed = "mia-listed";
    EXPECT_EQ(acts(query).size(), 2u) << "put on the list, and on hold";
}

INSTANTIATE_TEST_SUITE_P(Stores, ActivityStoreContract, testing::Values("sqlite", "postgres", "pgbouncer"));

}  // namespace
}  // namespace llmapikey::test
