#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "grant/grant.hpp"
#include "grant/hold.hpp"
#include "people/people_query.hpp"

// The people of the console's list: whoever holds a key or waits for one, had one, is on hold, or
// is on the organizer's list.
namespace llmapikey {

// The key that a person holds, or the attempt at one.
struct PersonKey {
    std::string id;
    GrantStatus status = GrantStatus::pending;
    std::string hint;
    base::MicroUsd daily_limit;
    base::Timestamp created_at, expires_at;
    bool is_disabled = false, is_missing = false;
    std::optional<base::Timestamp> last_used_at;  // nullopt: never, or not reported
};

// The latest key of somebody who holds none.
struct FormerKey {
    std::string id, hint;
    base::Timestamp created_at;
    std::optional<base::Timestamp> ended_at;
    std::string actor, reason;
};

struct Person {
    std::optional<GithubUserId> github_user_id;  // nullopt: expected, and GitHub has not said yet whose login it is
    std::string login;                           // empty: unknown
    std::string expected_id, name;               // on the organizer's list; empty: not on it, no name
    std::string expected_problem;                // why GitHub does not say whose login it is; empty: nothing is wrong
    std::optional<PersonKey> key;
    std::optional<FormerKey> former;
    std::optional<Hold> hold;     // in force
    base::MicroUsd today, total;  // spent over all keys
};

struct PeoplePart {
    std::vector<Person> people;
    std::int64_t first = 1;                    // the place of the first of them in the whole list, as far as is known
    std::string previous_cursor, next_cursor;  // for `before` and `page`; empty: there is no such page
};

struct PeopleCounts {
    bool is_complete = true;                       // false: too many match to count them; all numbers are too low
    std::int64_t all = 0;                          // that match the search and the filters, in any state
    std::map<std::string, std::int64_t> by_state;  // of people_states(); one person may be in several
    std::int64_t keys = 0;                         // of these people, that are not being revoked yet
    std::map<std::string, std::int64_t> keys_by_state;
    // Return how many people are in a state, and how many of them have such a key; "" stands for
    // any state.
    std::int64_t in(const std::string& state) const;
    std::int64_t keys_in(const std::string& state) const;
};

// Blocking, thread-safe; can fail with Errc::store_unavailable. Each call reads one state of the
// database.
class PeopleStore {
public:
    virtual ~PeopleStore() = default;
    // Fails with invalid_input if the cursor is not from this list and order. A page before others
    // repeats nobody, so the first page may be a short one on the way back; if nobody is left
    // before the cursor, it is the usual first page.
    virtual base::Result<PeoplePart> list(const PeopleQuery& query) = 0;
    // Reads one person; nullopt: nobody with this account is in the list.
    virtual base::Result<std::optional<Person>> find(const GithubUserId& account, base::Timestamp now) = 0;
    // Counts the people who match the query's search and filters; its state and order do not
    // matter.
    virtual base::Result<PeopleCounts> count(const PeopleQuery& query) = 0;
};

}  // namespace llmapikey
