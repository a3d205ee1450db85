#pragma once

#include <memory>
#include <string>

#include "keys/store_postgres_keys.hpp"
#include "sql/postgres/connection.hpp"

namespace llmapikey::test {

// Return the URLs of the servers that tests/with_postgres.mjs has started: one database, directly
// and through PgBouncer in transaction mode. Throw if there are none.
std::string postgres_url();
std::string pgbouncer_url();

std::unique_ptr<postgres::Connection> connect(const std::string& url);
// Runs a statement of the test itself and returns the first column of the first row. The test fails
// if the statement fails.
std::string run_sql(const std::string& sql);

// Drops the schema and creates it again.
void reset_schema();
std::shared_ptr<postgres::Database> open_database(const std::string& url, int pool_size = 4);
// Returns a store without rows.
std::unique_ptr<KeyStore> open_emptied(const std::string& url);

}  // namespace llmapikey::test
