#include "support/postgres_database.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <stdexcept>

#include "schema/postgres_migrations.hpp"

namespace llmapikey::test {
namespace {

namespace postgres = postgres;

std::string from_environment(const char* name) {
    const char* value = std::getenv(name);
    if (value == nullptr) throw std::runtime_error("run these through ./test, which starts PostgreSQL and PgBouncer");
    return value;
}

}  // namespace

std::string postgres_url() {
    return from_environment("LLMAPIKEY_TEST_POSTGRES_URL");
}
std::string pgbouncer_url() {
    return from_environment("LLMAPIKEY_TEST_PGBOUNCER_URL");
}

std::unique_ptr<postgres::Connection> connect(const std::string& url) {
    auto connection = postgres::Connection::open(*postgres::ConnectionSettings::parse(url), base::Millis{0});
    if (!connection) throw std::runtime_error(connection.error().detail);
    return std::move(*connection);
}

std::string run_sql(const std::string& sql) {
    const auto connection = connect(postgres_url());
    const auto rows = connection->execute(sql, base::Deadline::after(base::Millis{10'000}));
    EXPECT_TRUE(rows) << rows.error().message;
    return rows && !rows->empty() ? rows->text(0, 0) : "";
}

void reset_schema() {
    run_sql("DROP SCHEMA IF EXISTS llmapikey CASCADE");
    const base::SystemClock clock;
    const auto applied = postgres::make_migrator(connect(postgres_url()), {}).up();
    EXPECT_TRUE(applied) << applied.error().detail;
}

std::shared_ptr<postgres::Database> open_database(const std::string& url, int pool_size) {
    postgres::PoolOptions options;
    options.size = pool_size;
    return std::make_shared<postgres::Database>(*postgres::ConnectionSettings::parse(url), options);
}

std::unique_ptr<KeyStore> open_emptied(const std::string& url) {
    reset_schema();
    return std::make_unique<postgres::PostgresKeyStore>(open_database(url));
}

}  // namespace llmapikey::test
