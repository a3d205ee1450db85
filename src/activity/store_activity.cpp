#include "activity/store_activity.hpp"

#include "base/embedded.hpp"
#include "keys/store_endings.hpp"
#include "sql/sql_values.hpp"
#include "sql/statement_file.hpp"
#include "sql/stored_time.hpp"
#include "sql/text_search.hpp"

namespace llmapikey {
namespace {

constexpr std::int64_t last_second = 253'402'300'799;  // of the year 9999

// The statement of this name in statements/activity.sql.
std::string named(std::string_view name) {
    return statement_of(embedded_activity_statements(), "activity.sql", name, {});
}

const std::string select_acts = named("acts");
const std::string latest_first = named("latest_first");
const std::string select_logins = named("logins");
const std::string select_listed = named("listed");
const std::string select_hints = named("hints");

// "$7" for the value that was added last.
std::string place_of_last(const SqlValues& values) {
    return "$" + std::to_string(values.size());
}

// Returns a condition for acts by or about the people of the query, and adds its values. What is
// about them is found by an index; whoever asks for an actor or the list reads the log backwards.
std::string condition_of(const ActQuery& query, SqlValues& values, Dialect dialect) {
    std::string text;
    if (!query.listed.empty()) {
        values.add(pattern_of_part(query.listed));
        text = "entry.action IN ('people.add', 'people.remove') AND " +
               holds_part("entry.detail", place_of_last(values), dialect);
    }
    for (const GithubUserId person : *query.people) {
        for (const auto& [column, name] :
             {std::pair{"subject", "account:" + person.text()}, std::pair{"actor", "github:" + person.text()},
              std::pair{"actor", "recipient:" + person.text()}}) {
            values.add(name);
            text += (text.empty() ? "" : " OR ") + std::string("entry.") + column + " LIKE " + place_of_last(values);
            values.add(name + " %");
            text += std::string(" OR entry.") + column + " LIKE " + place_of_last(values);
        }
    }
    return " AND (" + text + ") ";
}

Act act_of(const SqlRow& row) {
    return {row.number(0), time_of(row.number(1)),
            row.text(2),   row.text(3),
            row.text(4),   row.text(5),
            row.text(6),   row.text(7),
            row.text(8)};
}

}  // namespace

base::Result<std::vector<Act>> SqlActivityStore::acts(const ActQuery& query) {
    if (query.people && query.people->empty() && query.listed.empty()) return std::vector<Act>();
    SqlValues values;
    values.add(query.below).add(joined(query.actions));
    values.add(query.from ? seconds_of(*query.from) : 0);
    values.add(query.before ? seconds_of(*query.before) : last_second);
    values.add(std::int64_t{query.limit});
    const std::string about = query.people ? condition_of(query, values, database_->dialect()) : " ";
    const auto answer = TRY(database_->run(select_acts + about + latest_first, values));
    std::vector<Act> acts;
    for (const SqlRow& row : answer.rows)
        acts.push_back(act_of(row));
    return acts;
}

base::Result<std::vector<GithubUserId>> SqlActivityStore::find_listed(const std::string& login, int limit) {
    const std::string condition = " " + holds_part("expected.login", "$1", database_->dialect());
    const auto answer = TRY(database_->run(select_listed + condition + " ORDER BY expected.login_key LIMIT $2::bigint",
                                           SqlValues().add(pattern_of_part(login)).add(std::int64_t{limit})));
    std::vector<GithubUserId> accounts;
    for (const SqlRow& row : answer.rows)
        if (const auto id = GithubUserId::parse(row.text(0))) accounts.push_back(*id);
    return accounts;
}

base::Result<ActNames> SqlActivityStore::names(const std::vector<std::string>& accounts,
                                               const std::vector<std::string>& grants) {
    ActNames names;
    const auto logins = TRY(database_->run(select_logins, SqlValues().add(joined(accounts))));
    for (const SqlRow& row : logins.rows)
        if (!row.text(1).empty()) names.logins[row.text(0)] = row.text(1);
    if (grants.empty()) return names;
    const auto hints = TRY(database_->run(select_hints, SqlValues().add(joined(grants))));
    for (const SqlRow& row : hints.rows)
        if (!row.text(1).empty()) names.hints[row.text(0)] = row.text(1);
    return names;
}

}  // namespace llmapikey
