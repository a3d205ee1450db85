#include "roster/roster.hpp"

#include <algorithm>
#include <map>

#include "audit/audited.hpp"
#include "base/crypto.hpp"
#include "base/encoding.hpp"
#include "base/plural.hpp"

namespace llmapikey {
namespace {

constexpr int lookups_per_run = 20;
constexpr base::Millis lookup_max{5'000};
constexpr std::size_t logins_in_audit = 20;
constexpr base::Seconds pause_after_failure{60};

// Returns what is wrong with a login according to GitHub; empty: this error says nothing of it.
std::string problem_in(const base::Error& error) {
    if (error.code == base::Errc::not_found) return "GitHub knows no account of this name";
    if (error.code == base::Errc::forbidden) return "this is no person's account, but an organization or a bot";
    return {};
}

std::string names_of(const std::vector<NewExpectedPerson>& people) {
    std::string text = base::counted(static_cast<std::int64_t>(people.size()), "person", "people");
    for (std::size_t i = 0; i < std::min(people.size(), logins_in_audit); ++i)
        text += (i == 0 ? ": " : ", ") + people[i].login;
    if (people.size() > logins_in_audit) text += ", …";
    return text;
}

AddedPeople refused(std::vector<LineProblem> problems) {
    std::stable_sort(problems.begin(), problems.end(),
                     [](const auto& left, const auto& right) { return left.number < right.number; });
    AddedPeople none;
    none.problems = std::move(problems);
    return none;
}

// Whoever is on the list under a former login is known: GitHub says whose login it is now.
base::Result<void> set_known_apart(RosterStore& store, std::vector<NewExpectedPerson>& people, AddedPeople& outcome,
                                   std::vector<std::pair<std::string, std::string>>& renamed) {
    std::vector<NewExpectedPerson> unknown;
    for (NewExpectedPerson& person : people) {
        std::optional<ExpectedPerson> listed;
        if (person.github_user_id) {
            listed = TRY(store.find(*person.github_user_id));
        }
        if (!listed) {
            unknown.push_back(std::move(person));
            continue;
        }
        ++outcome.known;
        if (!person.name.empty() && person.name != listed->name) renamed.emplace_back(listed->id, person.name);
    }
    people = std::move(unknown);
    return {};
}

}  // namespace

// After the first call that GitHub does not answer, or once the time is over, the others are left
// to the background.
std::vector<NewExpectedPerson> Roster::look_up(const std::vector<RosterLine>& lines,
                                               std::vector<LineProblem>& problems) {
    std::vector<NewExpectedPerson> people;
    const auto deadline = base::Deadline::after(lookups_take_max);
    bool is_asking = true;
    std::int64_t unasked = 0;
    for (const RosterLine& line : lines) {
        NewExpectedPerson person{std::nullopt, line.login, line.name};
        is_asking = is_asking && people.size() < lookups_at_once && !deadline.has_passed();
        if (is_asking) {
            const auto found = identity_.find_account(line.login, deadline);
            const std::string problem = found ? "" : problem_in(found.error());
            if (found) person.github_user_id = found->id;
            if (found) person.login = found->login;
            if (!problem.empty()) problems.push_back(problem_of_line(line.number, "'" + line.login + "': " + problem));
            is_asking = found || !problem.empty();
        }
        unasked += is_asking ? 0 : 1;
        people.push_back(std::move(person));
    }
    if (!problems.empty() && unasked > 0) {
        const std::string others = base::counted(unasked, "other login", "other logins");
        problems.push_back({lines.back().number, "GitHub was not asked for " + others + " yet: at most " +
                                                     std::to_string(lookups_at_once) + " are looked up at once."});
    }
    return people;
}

base::Result<AddedPeople> Roster::add(std::string_view text, const Initiator& by) {
    auto read = parse_roster_lines(text);
    if (read.lines.size() + read.problems.size() + static_cast<std::size_t>(read.repeated) > lines_max)
        return refused({{0, "Add at most " + std::to_string(lines_max) + " people at once."}});
    if (!read.problems.empty()) return refused(std::move(read.problems));
    if (read.lines.empty()) return refused({{0, "Enter at least one GitHub login."}});
    std::vector<std::string> logins;
    for (const RosterLine& line : read.lines)
        logins.push_back(line.login);
    std::map<std::string, ExpectedPerson> listed;
    const auto found = TRY(store_.find_by_logins(logins));
    for (const ExpectedPerson& person : found)
        listed.emplace(base::to_lower(person.login), person);

    AddedPeople outcome;
    outcome.repeated = read.repeated;
    std::vector<RosterLine> fresh;
    std::vector<std::pair<std::string, std::string>> renamed;  // id, name
    for (const RosterLine& line : read.lines) {
        const auto known = listed.find(base::to_lower(line.login));
        if (known == listed.end()) {
            fresh.push_back(line);
            continue;
        }
        ++outcome.known;
        if (!line.name.empty() && line.name != known->second.name) renamed.emplace_back(known->second.id, line.name);
    }
    auto people = look_up(fresh, outcome.problems);
    if (!outcome.problems.empty()) return refused(std::move(outcome.problems));
    TRY(set_known_apart(store_, people, outcome, renamed));
    if (people.empty() && renamed.empty()) return outcome;

    // Of its own, so that begin and end are told apart from those of others who add people.
    const std::string subject = "people:" + base::random_uuid();
    Audited audited(audit_, clock_, by, "people.add", subject, names_of(people));
    TRY(audited.begin());
    const auto added = store_.add(people, by.actor, clock_.now());
    if (!added) return tl::unexpected(audited.failed(added.error()));
    for (const auto& [id, name] : renamed) {
        const auto set = store_.set_name(id, name);
        if (!set) return tl::unexpected(audited.failed(set.error()));
    }
    TRY(audited.done());
    outcome.added = static_cast<int>(people.size());
    return outcome;
}

base::Result<void> Roster::remove(const ExpectedPerson& person, const Initiator& by) {
    const std::string about =
        person.github_user_id ? "account:" + person.github_user_id->text() : "people:" + person.id;
    Audited audited(audit_, clock_, by, "people.remove", about, person.login);
    TRY(audited.begin());
    const auto removed = store_.remove(person.id);
    if (!removed) return tl::unexpected(audited.failed(removed.error()));
    return audited.done();
}

std::string Roster::resolve_some(const std::stop_token& stop) {
    if (clock_.now() < not_before_) return {};
    const auto due = store_.list_unresolved(clock_.now(), lookups_per_run);
    if (!due) return due.error().detail;
    for (const ExpectedPerson& person : *due) {
        if (stop.stop_requested()) return {};
        const auto found = identity_.find_account(person.login, base::Deadline::after(lookup_max));
        const std::string problem = found ? "" : problem_in(found.error());
        if (!found && problem.empty()) {
            not_before_ = clock_.now() + std::max(found.error().retry_after, pause_after_failure);
            return "asking GitHub for expected people: " + found.error().detail;
        }
        const auto stored = found ? store_.resolve(person.id, *found)
                                  : store_.note_problem(person.id, problem, clock_.now() + unknown_pause);
        if (!stored) return stored.error().detail;
    }
    return {};
}

}  // namespace llmapikey
