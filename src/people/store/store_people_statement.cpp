#include "people/store/store_people_statement.hpp"

#include "base/encoding.hpp"
#include "people/store/store_people_parts.hpp"

namespace llmapikey {
namespace {

// A column of api_keys that orders, as the index of it has it.
struct KeyColumn {
    std::string column, from_cursor, to_cursor;  // in from_cursor, # stands for the cursor's value
};
KeyColumn column_of(PeopleOrder order) {
    if (order == PeopleOrder::last_used) return {"last_used_at", "#::bigint", "last_used_at"};
    if (order == PeopleOrder::expires) return {"expires_at", "{from_micros:#}", "{micros:expires_at}"};
    return {"created_at", "{from_micros:#}", "{micros:created_at}"};
}

// Builds the statement of one segment.
class ListStatement {
public:
    ListStatement(const PeopleQuery& query, const Search& search, Dialect dialect, int segment,
                  const std::optional<PeopleCursor>& cursor, int limit)
        : query_(query), cursor_(cursor), by_(way_of(query, segment)), parts_(query, search, dialect) {
        limit_ = parts_.number_of(std::int64_t{limit}) + "::bigint";
        // Those without a value are ordered by login from A on, whatever the direction.
        const bool is_rest = by_ == By::login && query.order != PeopleOrder::person;
        is_descending_ = (query.is_descending && !is_rest) != query.is_backward;
        way_ = is_descending_ ? " DESC" : " ASC";
    }

    PeopleStatement build() {
        if (by_ == By::key_column) add_keys_by_column();
        for (const Kind kind : {Kind::keys, Kind::former})
            if (by_ == By::spending) add_spenders(kind);
        for (const Kind kind : all_kinds)
            if (by_ == By::login) add_by_login(kind);
        if (picks_.empty()) return {};
        const std::string order = " ORDER BY value" + way_ + ", login_key" + way_ + ", tie" + way_;
        const std::string sql = "WITH picked AS (SELECT * FROM (" + picks_ + ") AS pick" + order + " LIMIT " + limit_ +
                                ") " + parts_.named("complete") + order;
        return {sql, parts_.conditions.values()};
    }

private:
    void add_keys_by_column() {
        if (!parts_.has(Kind::keys)) return;
        const KeyColumn column = column_of(query_.order);
        std::string where = parts_.condition_of(Kind::keys);
        if (cursor_) {
            const std::string value = base::replaced(column.from_cursor, "#", parts_.number_of(cursor_->value));
            where += " AND " + beyond(column.column, "id", value, parts_.number_of(cursor_->tie) + "::uuid");
        }
        pick(Kind::keys, column.to_cursor, "''", "{folded:id::text}", parts_.table_of(Kind::keys), where, column.column,
             "id");
    }

    void add_spenders(Kind kind) {
        if (!parts_.has(kind)) return;
        const bool is_today = query_.order == PeopleOrder::today;
        const bool is_of_cap = is_today && is_near_or_at_cap();
        std::string where = "spent.spender = " + parts_.account_of(kind) + " AND " +
                            (is_of_cap ? parts_.filter_of(kind) + " AND " + parts_.condition_of_cap(query_.state)
                                       : parts_.condition_of(kind));
        if (cursor_) {
            where += " AND " + beyond("spent.amount", "spent.spender", parts_.number_of(cursor_->value) + "::bigint",
                                      parts_.number_of(cursor_->tie));
        }
        // CROSS JOIN has SQLite read the spending first.
        const std::string spending = parts_.named(is_today ? "spent_on_day" : "spent_in_all");
        pick(kind, "spent.amount", "''", "spent.spender", spending + " CROSS JOIN " + parts_.table_of(kind), where,
             "spent.amount", "spent.spender");
    }

    void add_by_login(Kind kind) {
        const bool is_in_the_other_segment =
            kind == Kind::keys && query_.order != PeopleOrder::person && !is_of_spending(query_.order);
        if (is_in_the_other_segment || !parts_.has(kind)) return;
        const std::string login = parts_.login_key_of(kind), account = parts_.tie_of(kind);
        std::string where = parts_.condition_of(kind);
        if (is_of_spending(query_.order)) {
            const bool is_today = query_.order == PeopleOrder::today;
            if (is_today && is_near_or_at_cap()) return;
            where += " AND " + base::replaced(parts_.named(is_today ? "spent_nothing_on_day" : "spent_nothing_in_all"),
                                              "$account", parts_.account_of(kind));
        }
        if (cursor_) {
            // By itself the pair would have SQLite read the index from its beginning.
            const std::string key = parts_.number_of(cursor_->login_key);
            where += " AND " + login + (is_descending_ ? " <= " : " >= ") + key + " AND " +
                     beyond(login, account, key, parts_.number_of(cursor_->tie));
        }
        pick(kind, "0", login, account, parts_.table_of(kind), where, login, account);
    }

    bool is_near_or_at_cap() const { return query_.state == "at_cap" || query_.state == "near_cap"; }

    std::string beyond(const std::string& first, const std::string& second, const std::string& value,
                       const std::string& tie) const {
        return "(" + first + ", " + second + (is_descending_ ? ") < (" : ") > (") + value + ", " + tie + ")";
    }

    void pick(Kind kind, const std::string& value, const std::string& login_key, const std::string& tie,
              const std::string& from, const std::string& where, const std::string& first, const std::string& second) {
        picks_ += (picks_.empty() ? "" : " UNION ALL ") + ("SELECT * FROM (SELECT " + value) + " AS value, " +
                  login_key + " AS login_key, " + tie + " AS tie, " + parts_.columns_of(kind) + " FROM " + from +
                  " WHERE " + where + " ORDER BY " + first + way_ + ", " + second + way_ + " LIMIT " + limit_ +
                  ") AS of_" + std::to_string(++picked_);
    }

    const PeopleQuery& query_;
    const std::optional<PeopleCursor>& cursor_;
    const By by_;
    PeopleParts parts_;
    std::string limit_, way_, picks_;
    bool is_descending_ = false;
    int picked_ = 0;
};

}  // namespace

PeopleStatement list_statement(const PeopleQuery& query, const Search& search, Dialect dialect, int segment,
                               const std::optional<PeopleCursor>& cursor, int limit) {
    return ListStatement(query, search, dialect, segment, cursor, limit).build();
}

}  // namespace llmapikey
