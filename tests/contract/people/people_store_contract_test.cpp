// What the list of people promises: everybody once, in each order and direction, page by page both
// ways, and counts that equal the rows.
#include <algorithm>
#include <limits>
#include <set>
#include <tuple>

#include "base/encoding.hpp"
#include "contract/people/people_under_test.hpp"
#include "people/store/store_people_statement.hpp"

namespace llmapikey::test {
namespace {

class PeopleStoreContract : public PeopleUnderTest {};

constexpr PeopleOrder orders[] = {PeopleOrder::person,    PeopleOrder::today,   PeopleOrder::total,
                                  PeopleOrder::last_used, PeopleOrder::expires, PeopleOrder::created};

// By what a person is ordered: whether that is known, the value, and the login for everybody else.
struct Rank {
    bool has_value;
    std::int64_t value;
    std::string login_key;
};
Rank rank_of(const Person& person, PeopleOrder order) {
    const auto seconds = [](base::Timestamp time) { return time.time_since_epoch().count(); };
    Rank rank{false, 0, person.login.empty() ? "~" : base::to_lower(person.login)};
    if (order == PeopleOrder::today) rank = {person.today.value > 0, person.today.value, rank.login_key};
    if (order == PeopleOrder::total) rank = {person.total.value > 0, person.total.value, rank.login_key};
    if (!person.key) return rank;
    if (order == PeopleOrder::last_used)
        rank = {true, person.key->last_used_at ? seconds(*person.key->last_used_at) : 0, rank.login_key};
    if (order == PeopleOrder::expires) rank = {true, seconds(person.key->expires_at), rank.login_key};
    if (order == PeopleOrder::created) rank = {true, seconds(person.key->created_at), rank.login_key};
    return rank;
}

bool is_in_order(const Person& left, const Person& right, PeopleOrder order, bool is_descending) {
    const Rank a = rank_of(left, order), b = rank_of(right, order);
    if (order == PeopleOrder::person) return is_descending ? a.login_key >= b.login_key : a.login_key <= b.login_key;
    const bool is_spending = order == PeopleOrder::today || order == PeopleOrder::total;
    const bool have_values_first = !is_spending || is_descending;
    if (a.has_value != b.has_value) return a.has_value == have_values_first;
    if (!a.has_value) return a.login_key <= b.login_key;
    return is_descending ? a.value >= b.value : a.value <= b.value;
}

TEST_P(PeopleStoreContract, SomebodyIsFoundByTheAccountAsTheListShowsThem) {
    populate();
    for (const Person& listed : all(query())) {
        if (!listed.github_user_id) continue;
        const auto found = people_.find(*listed.github_user_id, clock_.now()).value();
        ASSERT_TRUE(found) << name_of(listed);
        EXPECT_EQ(name_of(*found), name_of(listed));
        EXPECT_EQ(state_of(*found, clock_.now()), state_of(listed, clock_.now())) << name_of(listed);
        EXPECT_EQ(found->today, listed.today) << name_of(listed);
        EXPECT_EQ(found->total, listed.total) << name_of(listed);
        EXPECT_EQ(found->name, listed.name) << name_of(listed);
    }
    EXPECT_FALSE(people_.find({4'000'000}, clock_.now()).value());
}

TEST_P(PeopleStoreContract, EverybodyIsListedOnceInEachOrderAndDirection) {
    populate();
    for (const PeopleOrder order : orders) {
        for (const bool is_descending : {false, true}) {
            SCOPED_TRACE(std::string(to_text(order)) + (is_descending ? " desc" : " asc"));
            PeopleQuery wanted = query(order);
            wanted.is_descending = is_descending;
            const auto people = all(wanted);
            const auto listed = names(people);
            EXPECT_EQ(std::set<std::string>(listed.begin(), listed.end()).size(), listed.size());
            // 24 with a key, 5 who had one, two who are held, three who are expected, one of them
            // without an account.
            EXPECT_EQ(listed.size(), 35u);
            for (std::size_t i = 1; i < people.size(); ++i)
                EXPECT_TRUE(is_in_order(people[i - 1], people[i], order, is_descending))
                    << listed[i - 1] << " before " << listed[i];
        }
    }
}

TEST_P(PeopleStoreContract, PagesBothWaysAreTheWholeList) {
    populate();
    for (const PeopleOrder order : orders) {
        for (const bool is_descending : {false, true}) {
            SCOPED_TRACE(std::string(to_text(order)) + (is_descending ? " desc" : " asc"));
            PeopleQuery page = query(order);
            page.is_descending = is_descending;
            const auto whole = names(all(page));
            page.limit = 4;
            std::vector<std::string> forward;
            PeoplePart part;
            do {
                part = people_.list(page).value();
                EXPECT_EQ(part.first, static_cast<std::int64_t>(forward.size()) + 1);
                EXPECT_EQ(part.previous_cursor.empty(), forward.empty());
                for (const std::string& name : names(part.people))
                    forward.push_back(name);
                page.cursor = part.next_cursor;
            } while (!page.cursor.empty());
            EXPECT_EQ(forward, whole);

            std::vector<std::string> backward = names(part.people);
            page.is_backward = true;
            while (!part.previous_cursor.empty()) {
                page.cursor = part.previous_cursor;
                part = people_.list(page).value();
                EXPECT_FALSE(part.next_cursor.empty());
                const auto before = names(part.people);
                backward.insert(backward.begin(), before.begin(), before.end());
            }
            EXPECT_EQ(part.first, 1);
            EXPECT_EQ(backward, whole);
        }
    }
}

TEST_P(PeopleStoreContract, NobodyIsLostOrDoubledWhileOthersComeAndGo) {
    populate();
    for (const PeopleOrder order : {PeopleOrder::person, PeopleOrder::created, PeopleOrder::today}) {
        PeopleQuery page = query(order);
        const auto before = names(all(page));
        page.limit = 5;
        std::vector<std::string> seen;
        std::int64_t newcomer = 1000 * (static_cast<std::int64_t>(order) + 1);
        do {
            const auto part = people_.list(page).value();
            for (const std::string& name : names(part.people))
                seen.push_back(name);
            page.cursor = part.next_cursor;
            issue(newcomer, "a-newcomer-" + std::to_string(newcomer));
            issue(newcomer + 1, "z-newcomer-" + std::to_string(newcomer));
            spend(newcomer, 2'400'000);
            newcomer += 2;
        } while (!page.cursor.empty() && seen.size() < 200);
        EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size());
        for (const std::string& name : before)
            EXPECT_NE(std::find(seen.begin(), seen.end(), name), seen.end()) << name;
    }
}

TEST_P(PeopleStoreContract, ThePageBeforeTheBeginningIsTheFirstOne) {
    populate();
    PeopleQuery page = query(PeopleOrder::person);
    page.limit = 5;
    const auto first = people_.list(page).value();
    page.cursor = first.next_cursor;
    const auto second = people_.list(page).value();
    issue(900, "!-first-of-all");
    page.cursor = second.previous_cursor;
    page.is_backward = true;
    const auto again = people_.list(page).value();
    EXPECT_EQ(again.people.size(), 5u);
    EXPECT_FALSE(again.previous_cursor.empty()) << "somebody has come before them";
    page.cursor = again.previous_cursor;
    const auto top = people_.list(page).value();
    ASSERT_EQ(top.people.size(), 1u) << "a short first page repeats nobody";
    EXPECT_EQ(top.people[0].login, "!-first-of-all");
    EXPECT_TRUE(top.previous_cursor.empty());
    EXPECT_EQ(top.first, 1);
    page.cursor = top.next_cursor;
    page.is_backward = false;
    EXPECT_EQ(names(people_.list(page).value().people), names(again.people)) << "and leads on to the others";
}

TEST_P(PeopleStoreContract, NobodyIsLostOrDoubledOnTheWayBackWhileOthersLeave) {
    populate();
    PeopleQuery page = query(PeopleOrder::person);
    const auto before = all(page);
    page.limit = 4;
    PeoplePart part = people_.list(page).value();
    while (!part.next_cursor.empty()) {
        page.cursor = part.next_cursor;
        part = people_.list(page).value();
    }
    // Those who leave come early in this order.
    for (const Person& person : before) {
        if (person.login == "A-34" || person.login == "b-unknown") {
            ASSERT_TRUE(roster_.remove(person.expected_id).value());
        }
    }
    std::vector<std::string> seen = names(part.people);
    page.is_backward = true;
    while (!part.previous_cursor.empty()) {
        page.cursor = part.previous_cursor;
        part = people_.list(page).value();
        for (const std::string& name : names(part.people))
            seen.push_back(name);
    }
    EXPECT_EQ(part.first, 1);
    EXPECT_EQ(std::set<std::string>(seen.begin(), seen.end()).size(), seen.size()) << "nobody twice";
    EXPECT_EQ(seen.size(), before.size() - 2) << "and nobody is missing";
}

TEST_P(PeopleStoreContract, ThePageBeforeNobodyIsTheFirstOne) {
    populate();
    PeopleQuery page = query(PeopleOrder::person);
    page.limit = 5;
    const auto first = names(people_.list(page).value().people);
    page.is_backward = true;
    page.cursor = PeopleCursor{0, 0, "!", "1", 1}.text(page);
    EXPECT_EQ(names(people_.list(page).value().people), first);
}

TEST_P(PeopleStoreContract, CountsEqualTheRowsInEachState) {
    populate();
    const auto counts = people_.count(query()).value();
    EXPECT_EQ(counts.all, 35);
    for (const std::string& state : people_states()) {
        for (const PeopleOrder order : {PeopleOrder::today, PeopleOrder::person}) {
            PeopleQuery wanted = query(order);
            wanted.state = state;
            EXPECT_EQ(static_cast<std::int64_t>(all(wanted).size()), counts.in(state)) << state;
        }
    }
    for (const auto& [state, count] : std::map<std::string, std::int64_t>{{"at_cap", 4},
                                                                          {"near_cap", 4},
                                                                          {"usable", 16},
                                                                          {"disabled", 1},
                                                                          {"missing", 1},
                                                                          {"expired", 1},
                                                                          {"never_used", 14},
                                                                          {"expiring", 0},
                                                                          {"blocked", 3},
                                                                          {"on_hold", 2},
                                                                          {"ended", 5},
                                                                          {"not_claimed", 4},
                                                                          {"active", 19},
                                                                          {"waiting", 1},
                                                                          {"revoking", 1}})
        EXPECT_EQ(counts.in(state), count) << state;
}

TEST_P(PeopleStoreContract, TooManyAreNotCounted) {
    populate();
    PeopleQuery few = query();
    few.counted_max = 24;
    EXPECT_TRUE(people_.count(few).value().is_complete) << "as many rows as are read of each table";
    few.counted_max = 23;
    EXPECT_FALSE(people_.count(few).value().is_complete);
    few.filters.search = "twin";
    EXPECT_TRUE(people_.count(few).value().is_complete) << "a search narrows them down";
}

TEST_P(PeopleStoreContract, AStateSelectsThosePeopleWhoseBadgeSaysSo) {
    populate();
    for (const Person& person : all(query())) {
        const std::string state(to_text(state_of(person, clock_.now())));
        PeopleQuery wanted = query();
        wanted.state = state;
        const auto found = names(all(wanted));
        EXPECT_NE(std::find(found.begin(), found.end(), name_of(person)), found.end())
            << name_of(person) << " is " << state;
    }
}

TEST_P(PeopleStoreContract, APersonIsShownWithWhatIsKnown) {
    populate();
    std::map<std::string, Person> people;
    for (const Person& person : all(query()))
        people[name_of(person)] = person;
    EXPECT_EQ(people["1"].name, "Ada Lovelace");
    EXPECT_EQ(people["1"].key->hint, "h1");
    EXPECT_EQ(people["1"].key->daily_limit.value, 2'500'000);
    EXPECT_EQ(people["1"].today.value, 2'000'000);
    EXPECT_FALSE(people["1"].former || people["1"].hold);
    EXPECT_EQ(people["16"].key->last_used_at->time_since_epoch().count(), 1000);
    EXPECT_TRUE(people["23"].key && people["23"].hold && !people["23"].hold->until);
    EXPECT_EQ(people["25"].former->reason, "again");
    EXPECT_EQ(people["25"].today.value, 250'000) << "the day of a key that has ended counts";
    EXPECT_EQ(people["26"].name, "Grace Hopper");
    EXPECT_TRUE(people["28"].former && people["28"].hold->until);
    EXPECT_EQ(people["30"].login, "");
    EXPECT_FALSE(people.contains("32")) << "that hold is over";
    EXPECT_EQ(people["33"].hold->reason, "why");
    EXPECT_EQ(people["@b-unknown"].name, "Unresolved");
    ASSERT_TRUE(roster_.note_problem(people["@b-unknown"].expected_id, "GitHub knows no such account", clock_.now()));
    PeopleQuery unknown = query();
    unknown.filters.search = "b-unknown";
    EXPECT_EQ(all(unknown).at(0).expected_problem, "GitHub knows no such account");
    EXPECT_FALSE(people.contains("@" + login_of(2))) << "the login has a key";
}

TEST_P(PeopleStoreContract, FindsPeopleByLoginNameIdAndHint) {
    populate();
    const auto found = [&](const std::string& text) {
        PeopleQuery wanted = query(PeopleOrder::person);
        wanted.filters.search = text;
        const auto list = names(all(wanted));
        EXPECT_EQ(static_cast<std::int64_t>(list.size()), people_.count(wanted).value().all) << text;
        return std::set<std::string>(list.begin(), list.end());
    };
    using Names = std::set<std::string>;
    EXPECT_EQ(found("TWIN"), (Names{"7", "8"}));
    EXPECT_EQ(found("lovelace"), (Names{"1"}));
    EXPECT_EQ(found("hopper"), (Names{"26"}));
    EXPECT_EQ(found("mary"), (Names{"33"}));
    EXPECT_EQ(found("unres"), (Names{"@b-unknown"}));
    EXPECT_EQ(found("12"), (Names{"12"})) << "an account's id means that account";
    EXPECT_EQ(found("30"), (Names{"30"}));
    EXPECT_EQ(found("33"), (Names{"33"}));
    EXPECT_EQ(found("h27"), (Names{"27"})) << "the last characters of a key that has ended";
    EXPECT_EQ(found("%"), Names{});
    GrantQuery keys;
    keys.search = "lovelace";
    EXPECT_EQ(accounts(keys), (std::vector<std::int64_t>{1})) << "the list of keys finds the same people";
}

TEST_P(PeopleStoreContract, DatesAndUseNarrowTheListAndTheCounts) {
    populate();
    PeopleQuery unused = query();
    unused.filters.is_unused = true;
    for (const Person& person : all(unused))
        EXPECT_TRUE(person.key) << "whoever has no key is not said to have an unused one";
    EXPECT_EQ(static_cast<std::int64_t>(all(unused).size()), people_.count(unused).value().all);
    PeopleQuery expiring = query();
    expiring.filters.expires_by = clock_.now() + std::chrono::days{89};
    EXPECT_EQ(all(expiring).size(), 0u);
    expiring.filters.expires_by = clock_.now() + std::chrono::days{91};
    EXPECT_EQ(all(expiring).size(), 23u);
    PeopleQuery made = query();
    made.filters.created_before = clock_.now() - std::chrono::hours{2};
    made.filters.created_from = clock_.now() - std::chrono::hours{3};
    const auto people = all(made);
    EXPECT_TRUE(std::any_of(people.begin(), people.end(), [](const Person& each) { return each.former.has_value(); }));
    EXPECT_TRUE(
        std::none_of(people.begin(), people.end(), [](const Person& each) { return !each.former && !each.key; }));
    EXPECT_EQ(static_cast<std::int64_t>(people.size()), people_.count(made).value().all);
}

TEST_P(PeopleStoreContract, ACursorOfAnotherOrderIsRefused) {
    populate();
    PeopleQuery page = query(PeopleOrder::person);
    page.limit = 3;
    const std::string cursor = people_.list(page)->next_cursor;
    for (const std::string& wrong :
         {cursor + "x", std::string("x"), std::string("n1.1"), base::to_base64url("person+\n0")}) {
        page.cursor = wrong;
        const auto refused = people_.list(page);
        ASSERT_FALSE(refused) << wrong;
        EXPECT_EQ(refused.error().code, base::Errc::invalid_input);
    }
    PeopleQuery other = query(PeopleOrder::today);
    other.cursor = cursor;
    EXPECT_FALSE(people_.list(other));
    page.cursor = cursor;
    page.is_descending = !page.is_descending;
    EXPECT_FALSE(people_.list(page));
}

// What a database cannot read as an id, an account or a time never gets there.
TEST_P(PeopleStoreContract, AForgedCursorIsRefusedOrLeadsToAPage) {
    populate();
    constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();
    constexpr const char* uuid = "00000000-0000-4000-8000-000000000000";
    std::vector<PeopleQuery> queries;
    for (const PeopleOrder order : orders) {
        for (const int way : {0, 1, 2, 3}) {
            PeopleQuery page = query(order);
            page.is_descending = way % 2 == 1;
            page.is_backward = way > 1;
            queries.push_back(page);
        }
    }
    std::vector<PeopleCursor> cursors;
    for (const int segment : {0, 1})
        for (const std::int64_t value : {std::int64_t{0}, std::int64_t{1'000'000}, most / 1000, most})
            for (const char* tie : {"", "7", uuid})
                for (const char* login : {"", "~", "a'b\\"})
                    cursors.push_back({segment, value, login, tie, 1});
    int pages = 0, refused = 0;
    for (PeopleQuery& page : queries) {
        for (const PeopleCursor& cursor : cursors) {
            page.cursor = cursor.text(page);
            const auto part = people_.list(page);
            ++(part ? pages : refused);
            if (part) continue;
            EXPECT_EQ(part.error().code, base::Errc::invalid_input)
                << to_text(page.order) << cursor.segment << " " << cursor.value << " " << cursor.tie << " "
                << cursor.login_key << ": " << part.error().detail;
        }
    }
    EXPECT_GT(pages, 100);
    EXPECT_GT(refused, 100);
}

TEST_P(PeopleStoreContract, TheTotalIsOfAllKeysAndOutlivesTheDays) {
    const auto total = [&] { return all(query()).at(0).total.value; };
    issue(1);
    spend(1, 300);
    spend(1, 500);
    EXPECT_EQ(total(), 500);
    clock_.advance(base::Seconds{1});
    spend(1, 450);
    EXPECT_EQ(total(), 450) << "upstream has taken something back";
    end(1);
    clock_.advance(std::chrono::hours{30});
    issue(1);
    set(1, "openrouter_delete_hash = 'handle-another'");
    ASSERT_TRUE(spending_->note({reading_today("handle-another", 70)}));
    EXPECT_EQ(total(), 520);
    EXPECT_EQ(all(query()).at(0).today.value, 70);
    clock_.advance(std::chrono::hours{24 * 500});
    ASSERT_TRUE(spending_->prune_days(clock_.now() - std::chrono::hours{24 * 400}));
    EXPECT_EQ(total(), 520) << "days that are pruned count";
    EXPECT_EQ(all(query()).at(0).today.value, 0);
}

// While replicas are upgraded one by one, an older one books days and knows nothing of totals.
TEST_P(PeopleStoreContract, ATotalThatLagsBehindTheDaysCatchesUp) {
    if (GetParam() == "sqlite") GTEST_SKIP() << "one process at a time serves from a file";
    issue(1);
    spend(1, 300);
    run("INSERT INTO llmapikey.spending_days (github_user_id, day, openrouter_delete_hash, spent_micro_usd) "
        "VALUES ('1', '2020-01-01', 'handle-1', 1000)");
    spend(1, 400);
    EXPECT_EQ(all(query()).at(0).total.value, 1400);
}

// A page costs the same with many people as with few: a deep one, too, begins in the index.
TEST_P(PeopleStoreContract, ADeepPageIsReadFromAnIndexOfItsOrder) {
    if (GetParam() != "sqlite") GTEST_SKIP() << "PostgreSQL reads so few rows in other ways";
    populate();
    for (const auto& [order, index] : std::vector<std::pair<PeopleOrder, std::string>>{
             {PeopleOrder::person, "SEARCH api_keys USING INDEX api_keys_logins (<expr>>?)"},
             {PeopleOrder::today, "SEARCH spending_days USING INDEX spending_days_oldest (day=?)"},
             {PeopleOrder::total, "SEARCH spending_totals USING COVERING INDEX spending_totals_most ("},
             {PeopleOrder::last_used, "SEARCH api_keys USING INDEX api_keys_last_used ("},
             {PeopleOrder::expires, "SEARCH api_keys USING INDEX api_keys_expiry ("},
             {PeopleOrder::created, "SEARCH api_keys USING INDEX api_keys_newest ("}}) {
        PeopleQuery page = query(order);
        page.limit = 3;
        page.cursor = people_.list(page).value().next_cursor;
        const auto cursor = PeopleCursor::parse(page).value();
        const auto statement = list_statement(page, {}, sql_->dialect(), cursor.segment, cursor, page.limit);
        const auto answer = sql_->run("EXPLAIN QUERY PLAN " + statement.sql, statement.values).value();
        std::string plan;
        for (const SqlRow& row : answer.rows)
            plan += row.text(3) + "\n";
        EXPECT_NE(plan.find(index), std::string::npos) << to_text(order) << ":\n" << plan;
    }
}

INSTANTIATE_TEST_SUITE_P(Stores, PeopleStoreContract, testing::Values("sqlite", "postgres", "pgbouncer"),
                         [](const auto& store) { return store.param; });

}  // namespace
}  // namespace llmapikey::test
