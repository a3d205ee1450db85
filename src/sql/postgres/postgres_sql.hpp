#pragma once

#include <memory>

#include "sql/postgres/database.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey::postgres {

// SqlDatabase on PostgreSQL.
class PostgresSql final : public SqlDatabase {
public:
    explicit PostgresSql(std::shared_ptr<Database> database) : database_(std::move(database)) {}

    Dialect dialect() const override { return Dialect::postgres; }
    base::Result<SqlAnswer> run(const std::string& sql, const SqlValues& values) override;
    base::Result<void> run_each(const std::string& sql, const std::vector<SqlValues>& all) override;

private:
    std::shared_ptr<Database> database_;
};

}  // namespace llmapikey::postgres
