#pragma once

#include <memory>

#include "sql/sql_database.hpp"
#include "sql/sqlite/connections.hpp"

namespace llmapikey::sqlite {

// SqlDatabase on one SQLite file. Statements that begin with SELECT run on a reader, all others on
// the writer.
class SqliteSql final : public SqlDatabase {
public:
    explicit SqliteSql(std::shared_ptr<Connections> connections) : connections_(std::move(connections)) {}

    Dialect dialect() const override { return Dialect::sqlite; }
    base::Result<SqlAnswer> run(const std::string& sql, const SqlValues& values) override;
    base::Result<void> run_each(const std::string& sql, const std::vector<SqlValues>& all) override;

private:
    std::shared_ptr<Connections> connections_;
};

}  // namespace llmapikey::sqlite
