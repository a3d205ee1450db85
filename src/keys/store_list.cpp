#include "keys/store_list.hpp"

#include <algorithm>

#include "keys/store_columns.hpp"
#include "keys/store_cursor.hpp"
#include "keys/store_endings.hpp"

namespace llmapikey {
namespace {

// The ways to look for the text that a person types.
enum class Search {
    none,
    by_account,    // the text is the whole id of an account that has or had a key: only that account is meant
    by_index,      // an index finds a part of a login
    read_through,  // reading in the order of the list is faster: many rows match, or too few characters are given
};

// SQLite's index of logins is used for a text that matches no more rows than this.
constexpr std::int64_t looked_up_max = 1000;
const std::string count_fitting =
    "SELECT count(*) FROM (SELECT 1 FROM login_search WHERE login_search MATCH $1 LIMIT $2)";

// The ledger is included, so that an id keeps its meaning when the account's key goes.
const std::string select_account =
    "SELECT 1 FROM llmapikey.api_keys WHERE github_user_id = $1 UNION ALL "
    "SELECT 1 FROM llmapikey.ledger WHERE github_user_id = $1 LIMIT 1";

struct Order {
    std::string column;  // together with the id, it is the key of an index
    std::string cursor;  // expression that turns the cursor's value into one of the column
    std::string shown;   // the column as the cursor's value
    std::string direction, beyond;
};
const Order& order_of(GrantOrder order) {
    static const Order newest{"created_at", "{from_micros:#}", "{micros:created_at}", "DESC", "<"};
    static const Order expiry{"expires_at", "{from_micros:#}", "{micros:expires_at}", "ASC", ">"};
    static const Order spent{"spent_micro_usd", "#::bigint", "spent_micro_usd", "DESC", "<"};
    static const Order unused{"last_used_at", "#::bigint", "last_used_at", "ASC", ">"};
    switch (order) {
        case GrantOrder::newest:
            return newest;
        case GrantOrder::expires_soonest:
            return expiry;
        case GrantOrder::spent_most:
            return spent;
        case GrantOrder::unused_longest:
            return unused;
    }
    return newest;
}

// A condition that grows, with its values numbered in order.
class Conditions {
public:
    // In `condition`, # stands for the value.
    template <class Value>
    void add(const std::string& condition, const Value& value) {
        values_.add(value);
        add_with(condition, last());
    }
    void add(const std::string& condition) { text_ += " AND " + condition; }
    template <class Value>
    std::string number_of(const Value& value) {
        values_.add(value);
        return last();
    }
    const std::string& text() const { return text_; }
    const SqlValues& values() const { return values_; }

private:
    std::string last() const { return "$" + std::to_string(values_.size()); }
    void add_with(std::string condition, const std::string& name) {
        for (auto place = condition.find('#'); place != std::string::npos; place = condition.find('#', place))
            condition.replace(place, 1, name);
        add(condition);
    }

    std::string text_ = "true";
    SqlValues values_;
};

// Returns a phrase for FTS5, which finds it anywhere in a login. The index knows nothing shorter
// than three characters.
std::string phrase_of(const std::string& text) {
    std::string phrase = "\"";
    for (const char c : text)
        phrase += c == '"' ? std::string("\"\"") : std::string(1, c);
    return phrase + "\"";
}

bool is_ascii(const std::string& text) {
    return std::all_of(text.begin(), text.end(), [](char c) { return c >= ' ' && c <= '~'; });
}

base::Result<Search> search_of(SqlDatabase& database, const GrantQuery& query) {
    if (query.search.empty()) return Search::none;
    if (GithubUserId::parse(query.search)) {
        const auto account = TRY(database.run(select_account, SqlValues().add(query.search)));
        if (!account.rows.empty()) return Search::by_account;
    }
    if (database.dialect() == Dialect::postgres) return Search::by_index;
    if (query.search.size() < 3 || !is_ascii(query.search)) return Search::read_through;
    const auto fitting =
        TRY(database.run(count_fitting, SqlValues().add(phrase_of(query.search)).add(looked_up_max + 1)));
    return fitting.rows.at(0).number(0) > looked_up_max ? Search::read_through : Search::by_index;
}

void add_search(const GrantQuery& query, Search search, Dialect dialect, Conditions& conditions) {
    if (search == Search::none) return;
    const std::string exact = conditions.number_of(query.search);
    if (search == Search::by_account) return conditions.add("github_user_id = " + exact);
    const bool is_index = dialect == Dialect::sqlite && search == Search::by_index;
    const std::string part =
        conditions.number_of(is_index ? phrase_of(query.search) : "%" + escaped_for_like(query.search) + "%");
    if (is_index) {
        conditions.add("number IN (SELECT number FROM api_keys WHERE github_user_id = " + exact +
                       " UNION SELECT number FROM api_keys WHERE key_hint = " + exact +
                       " UNION SELECT rowid FROM login_search WHERE login_search MATCH " + part + ")");
        return;
    }
    const std::string like = dialect == Dialect::postgres ? " ILIKE " + part : " LIKE " + part + " ESCAPE '\\'";
    conditions.add("(github_user_id = " + exact + " OR key_hint = " + exact + " OR github_username" + like + ")");
}

void add_filters(const GrantQuery& query, Conditions& conditions) {
    const auto now = seconds_of(query.now);
    if (!query.hint.empty()) conditions.add("key_hint = #", query.hint);
    if (query.status) conditions.add("status = #", to_text(*query.status));
    if (query.is_disabled) conditions.add(*query.is_disabled ? "is_disabled = 1" : "is_disabled = 0");
    if (query.is_expired) conditions.add(*query.is_expired ? "expires_at <= {time:#}" : "expires_at > {time:#}", now);
    if (query.expires_by) {
        conditions.add("expires_at > {time:#}", now);
        conditions.add("expires_at <= {time:#}", seconds_of(*query.expires_by));
    }
    if (query.created_from) conditions.add("created_at >= {time:#}", seconds_of(*query.created_from));
    if (query.created_before) conditions.add("created_at < {time:#}", seconds_of(*query.created_before));
    if (query.without_revoking) conditions.add("status <> 'revoking'");
    if (!query.successors_of.empty()) {
        const std::string ids = conditions.number_of(joined(query.successors_of));
        const std::string since = conditions.number_of(seconds_of(query.replaced_from));
        conditions.add(
            "keeps_place = 1 AND github_user_id IN (SELECT earlier.github_user_id FROM llmapikey.ledger "
            "AS earlier WHERE earlier.grant_id {in:" +
            ids + "} AND earlier.ended_at >= {time:" + since + "})");
    }
    // `<=` rather than `=`, although spending is never negative: with `=` SQLite picks the index of
    // the spending, whose selectivity it overestimates.
    if (query.is_unused) conditions.add("spent_micro_usd <= 0");
    if (query.not_used_since) {
        // If upstream has not reported when a key was used, spending shows that it was used.
        conditions.add("last_used_at < #::bigint", seconds_of(*query.not_used_since));
        conditions.add("(last_used_at > 0 OR spent_micro_usd <= 0)");
        conditions.add("created_at < {time:#}", seconds_of(*query.not_used_since));
    }
}

base::Result<GrantPage> list_by(SqlDatabase& database, const GrantQuery& query, Search search) {
    const Order& order = order_of(query.order);
    Conditions conditions;
    add_search(query, search, database.dialect(), conditions);
    add_filters(query, conditions);
    if (!query.cursor.empty()) {
        const auto cursor = TRY(GrantCursor::parse(query.cursor, query.order));
        std::string value = order.cursor;
        value.replace(value.find('#'), 1, conditions.number_of(cursor.value));
        const std::string id = conditions.number_of(cursor.grant_id);
        conditions.add("(" + order.column + ", id) " + order.beyond + " (" + value + ", " + id + "::uuid)");
    }
    const std::string limit = conditions.number_of(std::int64_t{query.limit} + 1);
    const std::string sql = "SELECT " + selected_grant_columns() + ", " + order.shown +
                            " AS place FROM llmapikey.api_keys WHERE " + conditions.text() + " ORDER BY " +
                            order.column + " " + order.direction + ", id " + order.direction + " LIMIT " + limit +
                            "::bigint";
    auto answer = TRY(database.run(sql, conditions.values()));
    const auto wanted = static_cast<std::size_t>(query.limit);
    std::string next;
    if (answer.rows.size() > wanted) {
        answer.rows.resize(wanted);
        const SqlRow& last = answer.rows.back();
        next = GrantCursor{last.number(grant_column_count()), last.text(0)}.text(query.order);
    }
    auto grants = TRY(grants_of(answer));
    return GrantPage{std::move(grants), std::move(next)};
}

}  // namespace

base::Result<GrantPage> list_grants(SqlDatabase& database, const GrantQuery& query) {
    const auto search = TRY(search_of(database, query));
    return list_by(database, query, search);
}

base::Result<void> list_targets(SqlDatabase& database, const GrantQuery& query, const std::string& bulk_id) {
    const auto search = TRY(search_of(database, query));
    Conditions conditions;
    add_search(query, search, database.dialect(), conditions);
    add_filters(query, conditions);
    const std::string bulk = conditions.number_of(bulk_id);
    // A list that comes late, after the decision, adds nothing.
    TRY(database.run("INSERT INTO llmapikey.bulk_targets (bulk_id, grant_id, listed_at) SELECT " + bulk +
                         ", id, {now} FROM llmapikey.api_keys WHERE " + conditions.text() +
                         " AND NOT EXISTS (SELECT 1 FROM llmapikey.bulk_revocations AS decided "
                         "WHERE decided.id = " +
                         bulk + " AND decided.begins_at IS NOT NULL) ON CONFLICT DO NOTHING",
                     conditions.values()));
    return {};
}

base::Result<std::int64_t> count_grants(SqlDatabase& database, const GrantQuery& query, std::int64_t most) {
    const auto search = TRY(search_of(database, query));
    Conditions conditions;
    add_search(query, search, database.dialect(), conditions);
    add_filters(query, conditions);
    const std::string limit = conditions.number_of(most);
    const auto answer = TRY(database.run("SELECT count(*) FROM (SELECT 1 FROM llmapikey.api_keys WHERE " +
                                             conditions.text() + " LIMIT " + limit + "::bigint) AS fitting",
                                         conditions.values()));
    return answer.rows.at(0).number(0);
}

}  // namespace llmapikey
