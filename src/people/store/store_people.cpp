#include "people/store/store_people.hpp"

#include <algorithm>

#include "identity/initiator.hpp"
#include "people/store/store_people_statement.hpp"
#include "sql/sql_values.hpp"

namespace llmapikey {
namespace {

// The columns of a person, in the order of statements/people.sql.
enum Column {
    kind = first_column_of_person,
    account,
    login,
    list_id,
    list_name,
    list_problem,
    grant_id,
    status,
    hint,
    cap,
    created,
    expires,
    is_disabled,
    is_missing,
    last_used,
    ended,
    ended_by,
    ended_why,
    listed_id,
    listed_name,
    held_by,
    held_until,
    held_why,
    today,
    total,
};

base::Result<PersonKey> key_of_row(const SqlRow& row) {
    const auto status = parse_grant_status(row.text(Column::status));
    if (!status)
        return base::fail(base::Errc::store_unavailable, "row " + row.text(grant_id) + " of api_keys makes no sense");
    PersonKey key;
    key.id = row.text(grant_id);
    key.status = *status;
    key.hint = row.text(hint);
    key.daily_limit = base::MicroUsd{row.number(cap)};
    key.created_at = time_in(row, created);
    key.expires_at = time_in(row, expires);
    key.is_disabled = row.number(is_disabled) != 0;
    key.is_missing = row.number(is_missing) != 0;
    if (row.number(last_used) > 0) key.last_used_at = time_in(row, last_used);
    return key;
}

base::Result<Person> person_of_row(const SqlRow& row) {
    Person person;
    person.github_user_id = GithubUserId::parse(row.text(account));
    person.login = row.text(login);
    const bool is_listed_here = !row.text(list_id).empty();
    person.expected_id = row.text(is_listed_here ? list_id : listed_id);
    person.name = row.text(is_listed_here ? list_name : listed_name);
    person.expected_problem = row.text(list_problem);
    if (row.text(kind) == "key") {
        person.key = TRY(key_of_row(row));
    }
    if (row.text(kind) == "former") {
        person.former = FormerKey{row.text(grant_id),      row.text(hint),     time_in(row, created),
                                  time_if_any(row, ended), row.text(ended_by), row.text(ended_why)};
    }
    if (!row.is_null(held_by))
        person.hold = Hold{time_if_any(row, held_until), row.text(held_why), is_recipient(row.text(held_by))};
    person.today = base::MicroUsd{row.number(today)};
    person.total = base::MicroUsd{row.number(total)};
    return person;
}

PeopleCursor cursor_at(const SqlRow& row, int segment, std::int64_t place) {
    return {segment, row.number(column_of_value), row.text(column_of_login_key), row.text(column_of_tie), place};
}

// A row of the list, and the segment that it belongs to.
struct Read {
    SqlRow row;
    int segment;
};

// Reads up to `limit` rows behind the cursor, in the direction of the query.
base::Result<std::vector<Read>> read_rows(SqlDatabase& database, const PeopleQuery& query,
                                          const std::optional<PeopleCursor>& cursor, std::size_t limit) {
    const auto search = TRY(search_of(database, query.filters.search));
    const int count = segments_of(query.order), step = query.is_backward ? -1 : 1;
    std::vector<Read> read;
    int segment = cursor ? std::min(cursor->segment, count - 1) : query.is_backward ? count - 1 : 0;
    for (bool is_first = true; segment >= 0 && segment < count && read.size() < limit; segment += step) {
        const auto statement = list_statement(query, search, database.dialect(), segment,
                                              is_first ? cursor : std::nullopt, static_cast<int>(limit - read.size()));
        is_first = false;
        if (statement.sql.empty()) continue;
        auto answer = TRY(database.run(statement.sql, statement.values));
        for (SqlRow& row : answer.rows)
            read.push_back({std::move(row), segment});
    }
    return read;
}

}  // namespace

base::Result<PeoplePart> SqlPeopleStore::list(const PeopleQuery& query) {
    std::optional<PeopleCursor> cursor;
    if (!query.cursor.empty()) {
        cursor = TRY(PeopleCursor::parse(query));
    }
    const auto limit = static_cast<std::size_t>(query.limit);
    auto read = TRY(read_rows(*database_, query, cursor, limit + 1));
    const bool has_more = read.size() > limit;
    if (query.is_backward && read.empty()) {
        // The list has changed, and nobody is left before the cursor.
        PeopleQuery from_start = query;
        from_start.is_backward = false;
        from_start.cursor.clear();
        return list(from_start);
    }
    if (has_more) read.resize(limit);
    if (query.is_backward) std::reverse(read.begin(), read.end());

    PeoplePart part;
    for (const Read& each : read) {
        auto person = TRY(person_of_row(each.row));
        part.people.push_back(std::move(person));
    }
    const auto count = static_cast<std::int64_t>(read.size());
    if (cursor && !query.is_backward) part.first = cursor->place + 1;
    // A page that begins the list may be a short one: a whole one would repeat people.
    if (query.is_backward && has_more) part.first = std::max<std::int64_t>(cursor->place - count, 1);
    if (read.empty()) return part;
    const Read& first = read.front();
    const Read& last = read.back();
    const bool has_previous = query.is_backward ? has_more : cursor.has_value();
    if (has_previous) part.previous_cursor = cursor_at(first.row, first.segment, part.first).text(query);
    if (query.is_backward || has_more)
        part.next_cursor = cursor_at(last.row, last.segment, part.first + count - 1).text(query);
    return part;
}

base::Result<std::optional<Person>> SqlPeopleStore::find(const GithubUserId& account, base::Timestamp now) {
    PeopleQuery query;
    query.filters.search = account.text();
    query.order = PeopleOrder::person;
    query.now = query.filters.now = now;
    const Search exact{Search::Way::by_account};
    const auto statement = list_statement(query, exact, database_->dialect(), 0, std::nullopt, 1);
    const auto answer = TRY(database_->run(statement.sql, statement.values));
    if (answer.rows.empty()) return std::optional<Person>();
    auto person = TRY(person_of_row(answer.rows.front()));
    return std::optional(std::move(person));
}

base::Result<PeopleCounts> SqlPeopleStore::count(const PeopleQuery& query) {
    const auto search = TRY(search_of(*database_, query.filters.search));
    const auto statement = count_statement(query, search, database_->dialect());
    const auto answer = TRY(database_->run(statement.sql, statement.values));
    PeopleCounts counts;
    for (const SqlRow& row : answer.rows) {
        const bool have_keys = row.number(0) == 1;
        counts.all += row.number(1);
        counts.is_complete = counts.is_complete && row.number(1) <= query.counted_max;
        if (have_keys) counts.keys += row.number(1);
        int column = 1;
        for (const std::string& state : counted_states()) {
            const std::int64_t count = row.number(++column);
            counts.by_state[state] += count;
            if (have_keys) counts.keys_by_state[state] += count;
        }
    }
    std::int64_t& revoking = counts.keys_by_state[std::string(to_text(GrantStatus::revoking))];
    counts.keys -= revoking;
    revoking = 0;
    return counts;
}

}  // namespace llmapikey
