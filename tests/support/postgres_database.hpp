#pragma once

#include <memory>
#include <string>

#include "keys/store_postgres_keys.hpp"
#include "sql/postgres/connection.hpp"

namespace llmapikey::test {

// The servers that tests/with_postgres.mjs has started: one database, directly and through
// PgBouncer in transaction mode. Throws without them.
std::string postgres_url();
std::string pgbouncer_url();

std::unique_ptr<postgres::Connection> connect(const std::string& url);
// A statement of the test itself; fails the test if it fails. Gives the first column of the first
// row.
std::string run_sql(const std::string& sql);

// The schema as new.
void reset_schema();
std::shared_ptr<postgres::Database> open_database(const std::string& url, int pool_size = 4);
// A store without rows.
std::unique_ptr<KeyStore> open_emptied(const std::string& url);

}  // namespace llmapikey::test
