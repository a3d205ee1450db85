#include "keys/store_list.hpp"

#include "keys/store_columns.hpp"
#include "keys/store_conditions.hpp"
#include "keys/store_cursor.hpp"

namespace llmapikey {
namespace {

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

base::Result<GrantPage> list_by(SqlDatabase& database, const GrantQuery& query, const Search& search) {
    const Order& order = order_of(query.order);
    Conditions conditions;
    add_search(query.search, search, database.dialect(), conditions);
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
    const auto search = TRY(search_of(database, query.search));
    return list_by(database, query, search);
}

base::Result<void> list_targets(SqlDatabase& database, const GrantQuery& query, const TargetTable& table,
                                const std::string& bulk_id) {
    const auto search = TRY(search_of(database, query.search));
    Conditions conditions;
    add_search(query.search, search, database.dialect(), conditions);
    add_filters(query, conditions);
    const std::string bulk = conditions.number_of(bulk_id);
    // A list that comes late, after the decision, adds nothing.
    TRY(database.run("INSERT INTO " + std::string(table.into) + " SELECT " + bulk + ", " + std::string(table.selected) +
                         " FROM llmapikey.api_keys WHERE " + conditions.text() + " AND NOT EXISTS (SELECT 1 FROM " +
                         std::string(table.decided) + " AND decided.id = " + bulk + ") ON CONFLICT DO NOTHING",
                     conditions.values()));
    return {};
}

base::Result<std::int64_t> count_grants(SqlDatabase& database, const GrantQuery& query, std::int64_t most) {
    const auto search = TRY(search_of(database, query.search));
    Conditions conditions;
    add_search(query.search, search, database.dialect(), conditions);
    add_filters(query, conditions);
    const std::string limit = conditions.number_of(most);
    const auto answer = TRY(database.run("SELECT count(*) FROM (SELECT 1 FROM llmapikey.api_keys WHERE " +
                                             conditions.text() + " LIMIT " + limit + "::bigint) AS fitting",
                                         conditions.values()));
    return answer.rows.at(0).number(0);
}

}  // namespace llmapikey
