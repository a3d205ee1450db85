#include "sql/sqlite/sqlite_sql.hpp"

namespace llmapikey::sqlite {
namespace {

void bind(Query& query, const SqlValues& values) {
    for (const SqlValues::Value& value : values.values()) {
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            query.bind(*number);
        } else if (const auto* text = std::get_if<std::string>(&value)) {
            query.bind(*text);
        } else {
            query.bind_null();
        }
    }
}

SqlRow read_row(const Query& query) {
    SqlRow row;
    for (int column = 0; column < query.columns(); ++column)
        row.add(query.is_null(column) ? std::nullopt : std::optional(query.text(column)));
    return row;
}

base::Result<SqlAnswer> run_on(Connection& connection, const std::string& sql, const SqlValues& values) {
    auto query = TRY(connection.query(translated(sql, Dialect::sqlite)));
    bind(query, values);
    SqlAnswer answer;
    while (true) {
        const auto has_row = TRY(query.step());
        if (!has_row) break;
        answer.rows.push_back(read_row(query));
    }
    answer.changed = connection.changes();
    return answer;
}

}  // namespace

base::Result<SqlAnswer> SqliteSql::run(const std::string& sql, const SqlValues& values) {
    if (sql.starts_with("SELECT")) {
        Connections::Reader reader(*connections_);
        return run_on(*reader, sql, values);
    }
    Connections::Writer writer(*connections_);
    return run_on(*writer, sql, values);
}

base::Result<void> SqliteSql::run_each(const std::string& sql, const std::vector<SqlValues>& all) {
    Connections::Writer writer(*connections_);
    auto transaction = TRY(Transaction::begin(*writer));
    for (const SqlValues& values : all) {
        TRY(run_on(*writer, sql, values));
    }
    return transaction.commit();
}

}  // namespace llmapikey::sqlite
