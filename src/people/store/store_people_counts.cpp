#include <algorithm>

#include "people/store/store_people_parts.hpp"
#include "people/store/store_people_statement.hpp"

namespace llmapikey {
namespace {

// Which table the rows of a state are counted from. Few keys are on hold or near their cap, so
// these are counted from the smaller table.
enum class Source { keys, spending, holds, former, held, expected };

bool is_counted_from(Source source, const std::string& state) {
    const bool is_of_holds = state == "blocked" || state == "on_hold";
    switch (source) {
        case Source::keys:
            return !is_of_holds && state != "at_cap" && state != "near_cap" && state != "ended" &&
                   state != "not_claimed";
        case Source::spending:
            return state == "at_cap" || state == "near_cap";
        case Source::holds:
            return is_of_holds;
        case Source::former:
            return is_of_holds || state == "ended";
        case Source::held:
            return is_of_holds;
        case Source::expected:
            return is_of_holds || state == "not_claimed";
    }
    return false;
}

Kind kind_of(Source source) {
    switch (source) {
        case Source::former:
            return Kind::former;
        case Source::held:
            return Kind::held;
        case Source::expected:
            return Kind::expected;
        default:
            return Kind::keys;
    }
}

std::string counts_from(Source source, PeopleParts& parts, std::int64_t counted_max) {
    const Kind kind = kind_of(source);
    const bool counts_all = source != Source::spending && source != Source::holds;
    std::string columns = std::string(kind == Kind::keys ? "1" : "0") + (counts_all ? ", count(*)" : ", 0");
    for (const std::string& state : counted_states()) {
        if (!is_counted_from(source, state)) {
            columns += ", 0";
            continue;
        }
        columns +=
            ", count(*) FILTER (WHERE " +
            (source == Source::spending ? parts.condition_of_cap(state) : parts.condition_of_state(kind, state)) + ")";
    }
    std::string from = parts.table_of(kind), where = parts.filter_of(kind);
    if (counts_all) {
        from = "(SELECT * FROM " + from + " WHERE " + where + " LIMIT " + parts.number_of(counted_max + 1) +
               "::bigint) AS " + parts.alias_of(kind);
        where = "true";
    }
    if (source == Source::spending) {
        from = parts.named("spent_on_day") + " CROSS JOIN " + from;
        where += " AND spent.spender = " + parts.account_of(kind);
    }
    if (source == Source::holds)
        where += " AND github_user_id IN (SELECT barred.github_user_id FROM llmapikey.holds AS barred)";
    return "SELECT " + columns + " FROM " + from + " WHERE " + where;
}

}  // namespace

const std::vector<std::string>& counted_states() {
    return people_states();
}

PeopleStatement count_statement(const PeopleQuery& query, const Search& search, Dialect dialect) {
    PeopleQuery any = query;
    any.state.clear();
    PeopleParts parts(any, search, dialect);
    std::string sql;
    for (const Source source :
         {Source::keys, Source::spending, Source::holds, Source::former, Source::held, Source::expected}) {
        if (!parts.has(kind_of(source))) continue;
        sql += (sql.empty() ? "" : " UNION ALL ") + counts_from(source, parts, query.counted_max);
    }
    return {sql, parts.conditions.values()};
}

}  // namespace llmapikey
