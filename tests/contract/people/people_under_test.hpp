#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "people/person_state.hpp"
#include "people/store/store_people.hpp"
#include "roster/store_roster.hpp"
#include "support/stores_under_test.hpp"

namespace llmapikey::test {

// A database with people of every kind and in every state.
class PeopleUnderTest : public StoresUnderTest {
protected:
    PeopleUnderTest() : people_(sql_), roster_(sql_) {}

    void run(const std::string& sql, const SqlValues& values = {}) {
        const auto done = sql_->run(sql, values);
        if (!done) throw std::runtime_error(done.error().detail);
    }
    // Sets columns of an account's row.
    void set(std::int64_t account, const std::string& columns) {
        run("UPDATE llmapikey.api_keys SET " + columns + " WHERE github_user_id = $1",
            SqlValues().add(std::to_string(account)));
    }
    void spend(std::int64_t account, std::int64_t micro_usd) {
        const auto noted = spending_->note({reading_today("handle-" + std::to_string(account), micro_usd)});
        if (!noted) throw std::runtime_error(noted.error().detail);
    }
    void end(std::int64_t account, const std::string& reason = "left") {
        const auto grant = keys_->find({{account}}).value().value();
        Ending ending{"github:1003", reason, {}, clock_.now(), ""};
        if (!admin_->begin_revocations({grant.id}, ending) || !admin_->finish_revocation(grant, clock_.now()))
            throw std::runtime_error("not ended");
    }
    void hold(std::int64_t account, std::optional<base::Timestamp> until = std::nullopt) {
        const auto held = admin_->set_hold({account}, Hold{until, "why", false}, "github:1003", clock_.now());
        if (!held) throw std::runtime_error(held.error().detail);
    }
    void expect(const std::vector<NewExpectedPerson>& people) {
        const auto added = roster_.add(people, "github:1003", clock_.now());
        if (!added) throw std::runtime_error(added.error().detail);
    }

    // 40 people: keys in each state, former holders, held accounts, and people who have not
    // claimed. Logins are in another order than accounts, and some are equal.
    void populate() {
        for (std::int64_t account = 1; account <= 24; ++account) {
            issue(account, login_of(account));
            if (account % 4 == 0) clock_.advance(base::Seconds{1});
        }
        for (std::int64_t account = 1; account <= 12; ++account)
            spend(account, account % 3 == 0 ? 2'500'000 : account % 3 == 1 ? 2'000'000 : 40'000 * account);
        set(13, "is_disabled = 1");
        set(14, "missing_since = 5");
        set(15, "expires_at = created_at");
        set(16, "last_used_at = 1000, spent_micro_usd = 7");
        set(17, "last_used_at = 2000, spent_micro_usd = 7");
        for (const auto& [account, status] : std::vector<std::pair<int, std::string>>{
                 {18, "waiting"}, {19, "pending"}, {20, "ambiguous"}, {21, "replacing"}, {22, "revoking"}})
            set(account, "status = '" + status + "', openrouter_key = NULL" +
                             (status == "revoking" || status == "replacing" ? "" : ", key_hint = NULL"));
        hold(23);
        for (std::int64_t account = 25; account <= 29; ++account) {
            issue(account, login_of(account));
            if (account < 27) spend(account, 10'000 * account);
            end(account);
            clock_.advance(base::Seconds{1});
        }
        issue(25, login_of(25));  // ended twice
        end(25, "again");
        hold(28, clock_.now() + std::chrono::hours{48});
        hold(30);
        hold(31, clock_.now() + std::chrono::hours{24});
        hold(32, clock_.now() + std::chrono::hours{1});  // is over in the end
        expect({{GithubUserId{1}, login_of(1), "Ada Lovelace"},
                {GithubUserId{26}, login_of(26), "Grace Hopper"},
                {GithubUserId{33}, "m-33", "Mary"},
                {GithubUserId{34}, "A-34", ""},
                {GithubUserId{35}, "zz-35", "Zoë"},
                {std::nullopt, "b-unknown", "Unresolved"},
                {std::nullopt, login_of(2), "Known by the login"}});
        hold(33);
        clock_.advance(std::chrono::hours{2});
    }
    static std::string login_of(std::int64_t account) {
        if (account == 7 || account == 8) return "twin";
        const std::string letters = "qwertyuiopasdfghjklzxcvbnm";
        return std::string(1, letters[static_cast<std::size_t>(account * 7 % 26)]) +
               (account % 2 == 0 ? "-Login-" : "-login-") + std::to_string(account);
    }

    PeopleQuery query(PeopleOrder order = PeopleOrder::today) const {
        PeopleQuery query;
        query.now = query.filters.now = clock_.now();
        query.order = order;
        query.is_descending = is_descending_at_first(order);
        return query;
    }
    // Everybody who matches, as one page.
    std::vector<Person> all(PeopleQuery query) {
        query.limit = 1000;
        const auto part = people_.list(query);
        if (!part) throw std::runtime_error(part.error().detail);
        EXPECT_TRUE(part->next_cursor.empty() && part->previous_cursor.empty());
        return part->people;
    }
    // Names a person in the order of the list: the account, or the login of somebody without one.
    static std::string name_of(const Person& person) {
        return person.github_user_id ? person.github_user_id->text() : "@" + person.login;
    }
    static std::vector<std::string> names(const std::vector<Person>& people) {
        std::vector<std::string> names;
        for (const Person& person : people)
            names.push_back(name_of(person));
        return names;
    }

    SqlPeopleStore people_;
    SqlRosterStore roster_;
};

}  // namespace llmapikey::test
