#include "roster/store_roster.hpp"

#include "base/crypto.hpp"
#include "base/embedded.hpp"
#include "base/encoding.hpp"
#include "roster/store_roster_names.hpp"
#include "sql/sql_values.hpp"
#include "sql/statement_file.hpp"

namespace llmapikey {
namespace {

// The statement of this name in statements/roster.sql.
std::string named(std::string_view name) {
    return statement_of(embedded_roster_statements(), "roster.sql", name, {});
}

const std::string insert_person = named("add");
const std::string update_name = named("set_name");
const std::string delete_person = named("remove");
const std::string select_by_account = named("find");
const std::string select_by_id = named("find_by_id");
const std::string select_by_logins = named("find_by_logins");
const std::string select_unresolved = named("list_unresolved");
const std::string update_account = named("resolve");
const std::string delete_unresolved = named("remove_unresolved");
const std::string update_problem = named("note_problem");
const std::string select_counts = named("counts");

ExpectedPerson person_of(const SqlRow& row) {
    return {row.text(0), GithubUserId::parse(row.text(1)), row.text(2), row.text(3), time_in(row, 4), row.text(5),
            row.text(6)};
}

std::vector<ExpectedPerson> people_of(const SqlAnswer& answer) {
    std::vector<ExpectedPerson> people;
    for (const SqlRow& row : answer.rows)
        people.push_back(person_of(row));
    return people;
}

std::optional<ExpectedPerson> person_if_any(const SqlAnswer& answer) {
    if (answer.rows.empty()) return std::nullopt;
    return person_of(answer.rows[0]);
}

}  // namespace

std::string expected_is_unclaimed() {
    return named("unclaimed");
}

base::Result<void> SqlRosterStore::add(const std::vector<NewExpectedPerson>& people, const std::string& by,
                                       base::Timestamp now) {
    std::vector<SqlValues> all;
    for (const NewExpectedPerson& person : people) {
        SqlValues values;
        values.add(base::random_uuid());
        if (person.github_user_id) {
            values.add(person.github_user_id->text());
        } else {
            values.add_null();
        }
        values.add(person.login).add(base::to_lower(person.login)).add(person.name).add(seconds_of(now)).add(by);
        values.add_if(person.github_user_id ? std::nullopt : std::optional(seconds_of(now)));
        all.push_back(std::move(values));
    }
    return database_->run_each(insert_person, all);
}

base::Result<void> SqlRosterStore::set_name(const std::string& id, const std::string& name) {
    return done(database_->run(update_name, SqlValues().add(id).add(name)));
}

base::Result<bool> SqlRosterStore::remove(const std::string& id) {
    const auto answer = TRY(database_->run(delete_person, SqlValues().add(id)));
    return answer.changed == 1;
}

base::Result<std::optional<ExpectedPerson>> SqlRosterStore::find(GithubUserId id) {
    const auto answer = TRY(database_->run(select_by_account, SqlValues().add(id.text())));
    return person_if_any(answer);
}

base::Result<std::optional<ExpectedPerson>> SqlRosterStore::find_by_id(const std::string& id) {
    const auto answer = TRY(database_->run(select_by_id, SqlValues().add(id)));
    return person_if_any(answer);
}

base::Result<std::vector<ExpectedPerson>> SqlRosterStore::find_by_logins(const std::vector<std::string>& logins) {
    std::string keys;
    for (const std::string& login : logins)
        keys += (keys.empty() ? "" : ",") + base::to_lower(login);
    const auto answer = TRY(database_->run(select_by_logins, SqlValues().add(keys)));
    return people_of(answer);
}

base::Result<std::vector<ExpectedPerson>> SqlRosterStore::list_unresolved(base::Timestamp now, int limit) {
    const auto answer =
        TRY(database_->run(select_unresolved, SqlValues().add(seconds_of(now)).add(std::int64_t{limit})));
    return people_of(answer);
}

base::Result<void> SqlRosterStore::resolve(const std::string& id, const Recipient& account) {
    const auto answer = TRY(database_->run(
        update_account,
        SqlValues().add(id).add(account.id.text()).add(account.login).add(base::to_lower(account.login))));
    if (answer.changed == 1) return {};
    return done(database_->run(delete_unresolved, SqlValues().add(id)));
}

base::Result<void> SqlRosterStore::note_problem(const std::string& id, const std::string& problem,
                                                base::Timestamp next_lookup_at) {
    return done(database_->run(update_problem, SqlValues().add(id).add(problem).add(seconds_of(next_lookup_at))));
}

base::Result<RosterCounts> SqlRosterStore::counts() {
    const auto answer = TRY(database_->run(select_counts, SqlValues()));
    const std::int64_t expected = answer.rows.at(0).number(0);
    return RosterCounts{expected, expected - answer.rows.at(0).number(1)};
}

}  // namespace llmapikey
