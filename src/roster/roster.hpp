#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "audit/audit_log.hpp"
#include "base/clock.hpp"
#include "base/result.hpp"
#include "identity/identity_provider.hpp"
#include "identity/initiator.hpp"
#include "roster/roster_lines.hpp"

// The organizer's list: the people whom an organizer expects. Today there is one list; it admits
// nobody and refuses nobody.
namespace llmapikey {

struct ExpectedPerson {
    std::string id;                              // UUID
    std::optional<GithubUserId> github_user_id;  // nullopt: GitHub has not said yet whose login it is
    std::string login;
    std::string name;  // as the organizer wrote it; empty: none
    base::Timestamp added_at;
    std::string added_by;  // "github:1003"
    std::string problem;   // why the login is not resolved; empty: nothing is wrong
};

struct NewExpectedPerson {
    std::optional<GithubUserId> github_user_id;
    std::string login, name;
};

// How many people are on the list, and how many of them hold a key, wait for one or have had one.
struct RosterCounts {
    std::int64_t expected = 0, claimed = 0;
    std::int64_t not_claimed() const { return expected - claimed; }
};

// Blocking, thread-safe; can fail with Errc::store_unavailable.
class RosterStore {
public:
    virtual ~RosterStore() = default;
    // Adds people; whoever is on the list already stays as they are.
    virtual base::Result<void> add(const std::vector<NewExpectedPerson>& people, const std::string& by,
                                   base::Timestamp now) = 0;
    virtual base::Result<void> set_name(const std::string& id, const std::string& name) = 0;
    virtual base::Result<bool> remove(const std::string& id) = 0;
    virtual base::Result<std::optional<ExpectedPerson>> find(GithubUserId id) = 0;
    virtual base::Result<std::optional<ExpectedPerson>> find_by_id(const std::string& id) = 0;
    // Returns those who are listed under one of these logins, whatever the case.
    virtual base::Result<std::vector<ExpectedPerson>> find_by_logins(const std::vector<std::string>& logins) = 0;
    // Returns those whose login GitHub is to be asked for at `now`.
    virtual base::Result<std::vector<ExpectedPerson>> list_unresolved(base::Timestamp now, int limit) = 0;
    // Stores whose login it is. If that account is on the list already, the newer line goes.
    virtual base::Result<void> resolve(const std::string& id, const Recipient& account) = 0;
    virtual base::Result<void> note_problem(const std::string& id, const std::string& problem,
                                            base::Timestamp next_lookup_at) = 0;
    virtual base::Result<RosterCounts> counts() = 0;
};

// What adding people came to.
struct AddedPeople {
    int added = 0;
    int known = 0;                      // on the list already; a name that was given replaces theirs
    int repeated = 0;                   // lines whose login is on an earlier line
    std::vector<LineProblem> problems;  // not empty: nothing was stored
};

// Keeps the organizer's list. Each change is in the audit log. Blocking (database and GitHub);
// thread-safe.
class Roster {
public:
    static constexpr std::size_t lines_max = 1'000;     // in one request
    static constexpr std::size_t lookups_at_once = 30;  // logins that GitHub is asked for in one request
    static constexpr base::Millis lookups_take_max{5'000};
    static constexpr base::Seconds unknown_pause{std::chrono::hours{24}};  // before an unknown login is tried again

    Roster(RosterStore& store, IdentityProvider& identity, AuditLog& audit, const base::Clock& clock)
        : store_(store), identity_(identity), audit_(audit), clock_(clock) {}

    // Adds the people of a text that parse_roster_lines() reads. GitHub is asked at once for some
    // of them, and in the background for the others; while GitHub does not answer, all of them
    // wait.
    base::Result<AddedPeople> add(std::string_view text, const Initiator& by);
    base::Result<void> remove(const ExpectedPerson& person, const Initiator& by);
    // Asks GitHub for some of the logins that are due. Returns what went wrong, for the log; empty:
    // nothing.
    std::string resolve_some(const std::stop_token& stop);

private:
    std::vector<NewExpectedPerson> look_up(const std::vector<RosterLine>& lines, std::vector<LineProblem>& problems);

    RosterStore& store_;
    IdentityProvider& identity_;
    AuditLog& audit_;
    const base::Clock& clock_;
    base::Timestamp not_before_;  // GitHub has asked to wait; only the job uses it
};

}  // namespace llmapikey
