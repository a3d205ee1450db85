#include "sql/postgres/postgres_sql.hpp"

namespace llmapikey::postgres {
namespace {

Parameters parameters_of(const SqlValues& values) {
    Parameters parameters;
    for (const SqlValues::Value& value : values.values()) {
        if (const auto* number = std::get_if<std::int64_t>(&value)) {
            parameters.add(*number);
        } else if (const auto* text = std::get_if<std::string>(&value)) {
            parameters.add(*text);
        } else {
            parameters.add_null();
        }
    }
    return parameters;
}

SqlAnswer answer_of(const Rows& rows) {
    SqlAnswer answer;
    answer.changed = rows.changed();
    for (int row = 0; row < rows.size(); ++row) {
        SqlRow& cells = answer.rows.emplace_back();
        for (int column = 0; column < rows.columns(); ++column)
            cells.add(rows.is_null(row, column) ? std::nullopt : std::optional(rows.text(row, column)));
    }
    return answer;
}

}  // namespace

base::Result<SqlAnswer> PostgresSql::run(const std::string& sql, const SqlValues& values) {
    const auto answer = TRY(
        database_->run(translated(sql, Dialect::postgres), parameters_of(values), Patience::fail_fast, Plan::fresh));
    return answer_of(answer.rows);
}

base::Result<void> PostgresSql::run_each(const std::string& sql, const std::vector<SqlValues>& all) {
    for (const SqlValues& values : all) {
        TRY(run(sql, values));
    }
    return {};
}

}  // namespace llmapikey::postgres
