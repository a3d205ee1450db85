// What is particular to PostgreSQL: connections, the pool, reconnecting.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/postgres_database.hpp"

namespace llmapikey::test {
namespace {

using postgres::Connection;
using postgres::ConnectionPool;
using postgres::ConnectionSettings;
using postgres::Parameters;
using postgres::Patience;

base::Deadline soon(int millis = 5'000) {
    return base::Deadline::after(base::Millis{millis});
}

ConnectionPool::OpenConnection opener(const std::string& url) {
    return [url] { return Connection::open(*ConnectionSettings::parse(url), base::Millis{0}); };
}

std::string value_of(const postgres::Outcome<postgres::Rows>& rows) {
    EXPECT_TRUE(rows) << rows.error().message;
    return rows ? rows->text(0, 0) : "";
}

TEST(ConnectionTest, ParametersAreValuesAndNothingElse) {
    const auto connection = connect(postgres_url());
    const std::string hostile = "'; DROP TABLE x; -- \\ \"";
    EXPECT_EQ(value_of(connection->query("SELECT $1::text", Parameters().add(hostile), soon())), hostile);
}

TEST(ConnectionTest, AnAnswerThatDoesNotComeIsNotWaitedForBeyondTheDeadline) {
    const auto connection = connect(postgres_url());
    const auto begun = std::chrono::steady_clock::now();
    const auto rows = connection->query("SELECT pg_sleep(10)", {}, soon(200));
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().kind, postgres::Failure::Kind::timed_out);
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{5});
    EXPECT_FALSE(connection->is_usable());
}

TEST(ConnectionTest, TheServerEndsStatementsThatTakeTooLong) {
    const auto connection = *Connection::open(*ConnectionSettings::parse(postgres_url()), base::Millis{100});
    const auto rows = connection->query("SELECT pg_sleep(10)", {}, soon());
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().sqlstate, "57014");
    EXPECT_TRUE(connection->is_usable());
}

TEST(ConnectionTest, APoolerThatRefusesServerSettingsIsConnectedToWithoutThem) {
    const auto connection = Connection::open(*ConnectionSettings::parse(pgbouncer_url()), base::Millis{100});
    ASSERT_TRUE(connection) << connection.error().detail;
    EXPECT_EQ(value_of((*connection)->query("SELECT 1", {}, soon())), "1");
}

TEST(ConnectionTest, TheServerKeepsStatementsOfItsOwnConnectionsOnly) {
    const std::string sum = "SELECT $1::bigint + $2::bigint", kept = "SELECT count(*) FROM pg_prepared_statements";
    const auto two = postgres::Parameters().add(std::int64_t{1}).add(std::int64_t{1});
    const auto direct = connect(postgres_url());
    for (int time = 0; time < 3; ++time)
        EXPECT_EQ(value_of(direct->query_kept(sum, two, soon())), "2");
    EXPECT_EQ(value_of(direct->query(kept, {}, soon())), "1");
    const auto pooled = connect(pgbouncer_url());
    for (int time = 0; time < 3; ++time)
        EXPECT_EQ(value_of(pooled->query_kept(sum, two, soon())), "2");
    EXPECT_EQ(value_of(pooled->query(kept, {}, soon())), "0");
}

TEST(ConnectionTest, AStatementThatTheServerNoLongerKeepsIsSentWhole) {
    const auto connection = connect(postgres_url());
    const std::string table = "CREATE TEMPORARY TABLE t (a int); INSERT INTO t VALUES (7)", all = "SELECT * FROM t";
    ASSERT_TRUE(connection->execute(table, soon()));
    EXPECT_EQ(value_of(connection->query_kept(all, {}, soon())), "7");
    ASSERT_TRUE(connection->execute("ALTER TABLE t ALTER a TYPE text", soon()));
    EXPECT_EQ(value_of(connection->query_kept(all, {}, soon())), "7") << "another type of result";
    const auto other = connect(postgres_url());
    EXPECT_EQ(value_of(other->query_kept("SELECT 5", {}, soon())), "5");
    ASSERT_TRUE(other->execute("DEALLOCATE ALL", soon()));
    EXPECT_EQ(value_of(other->query_kept("SELECT 5", {}, soon())), "5");
    EXPECT_TRUE(other->is_usable());
}

TEST(ConnectionTest, AFaultInAKeptStatementIsToldAsItIs) {
    const auto connection = connect(postgres_url());
    const auto rows = connection->query_kept("SELECT 1 FROM there_is_no_such_table", {}, soon());
    ASSERT_FALSE(rows);
    EXPECT_EQ(rows.error().sqlstate, "42P01");
    EXPECT_EQ(value_of(connection->query_kept("SELECT 1", {}, soon())), "1");
}

TEST(ConnectionPoolTest, OpensNoMoreThanItsSizeAndServesInOrder) {
    ConnectionPool pool(2, opener(postgres_url()));
    auto first = pool.acquire(soon(), Patience::fail_fast);
    auto second = pool.acquire(soon(), Patience::fail_fast);
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(pool.acquire(soon(50), Patience::fail_fast));

    std::mutex mutex;
    std::vector<int> order;
    std::vector<std::thread> waiters;
    for (int number = 0; number < 5; ++number) {
        waiters.emplace_back([&, number] {
            auto lease = pool.acquire(soon(60'000), Patience::fail_fast);
            ASSERT_TRUE(lease);
            const std::lock_guard lock(mutex);
            order.push_back(number);
        });
        const auto as_many = static_cast<std::size_t>(number) + 1;
        for (const auto deadline = soon(30'000); pool.waiting() != as_many && !deadline.has_passed();)
            std::this_thread::yield();
        EXPECT_EQ(pool.waiting(), as_many);
    }
    { const auto given_back = std::move(*first); }
    for (auto& waiter : waiters)
        waiter.join();
    EXPECT_EQ(order, (std::vector<int>{0, 1, 2, 3, 4}));
}

TEST(ConnectionPoolTest, ReplacesConnectionsThatTheServerEnded) {
    ConnectionPool pool(2, opener(postgres_url()));
    std::string process;
    {
        auto lease = pool.acquire(soon(), Patience::fail_fast);
        process = value_of((*lease)->query("SELECT pg_backend_pid()", {}, soon()));
    }
    run_sql("SELECT pg_terminate_backend(" + process + ", 5000)");
    auto lease = pool.acquire(soon(), Patience::fail_fast);
    ASSERT_TRUE(lease) << lease.error().detail;
    EXPECT_NE(value_of((*lease)->query("SELECT pg_backend_pid()", {}, soon())), process);
}

TEST(ConnectionPoolTest, FailsAtOnceWhileTheDatabaseIsAwayAndComesBackByItself) {
    std::atomic<bool> is_away{true};
    const auto open = opener(postgres_url());
    ConnectionPool pool(2, [&]() -> base::Result<std::unique_ptr<Connection>> {
        if (is_away) return base::fail(base::Errc::store_unavailable, "away");
        return open();
    });
    EXPECT_FALSE(pool.acquire(soon(), Patience::fail_fast));
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 100; ++i)
        EXPECT_FALSE(pool.acquire(soon(), Patience::fail_fast));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds{4});
    std::thread patient([&] { EXPECT_TRUE(pool.acquire(soon(20'000), Patience::wait)); });
    is_away = false;
    patient.join();
    EXPECT_TRUE(pool.acquire(soon(), Patience::fail_fast));
}

TEST(DatabaseTest, AStatementOnALostConnectionIsTriedOnceMore) {
    reset_schema();
    const auto database = open_database(postgres_url(), 1);
    // A sequence counts also what is rolled back: the function ends its own connection the first
    // times that it runs.
    run_sql(
        "CREATE SEQUENCE llmapikey.tries; "
        "CREATE FUNCTION llmapikey.die_until(integer) RETURNS integer LANGUAGE plpgsql AS $$ BEGIN "
        "IF nextval('llmapikey.tries') < $1 THEN PERFORM pg_terminate_backend(pg_backend_pid()); END IF; "
        "RETURN 1; END $$");
    const auto answer = database->run("SELECT llmapikey.die_until(2)", {}, Patience::fail_fast);
    ASSERT_TRUE(answer) << answer.error().detail;
    EXPECT_TRUE(answer->is_repeated);
    EXPECT_EQ(run_sql("SELECT last_value FROM llmapikey.tries"), "2");
    EXPECT_FALSE(database->run("SELECT llmapikey.die_until(9)", {}, Patience::fail_fast)) << "not for ever";
    EXPECT_EQ(run_sql("SELECT last_value FROM llmapikey.tries"), "4");
}

TEST(DatabaseTest, SerializationFailuresAreTriedAgain) {
    reset_schema();
    run_sql("CREATE TABLE llmapikey.counter (value integer); INSERT INTO llmapikey.counter VALUES (0)");
    // Every transaction is serializable: two that count at once are one too many.
    const auto url = postgres_url() + "?options=-cdefault_transaction_isolation%3Dserializable";
    const auto database = open_database(url, 4);
    std::vector<std::thread> counters;
    for (int i = 0; i < 4; ++i) {
        counters.emplace_back([&] {
            for (int round = 0; round < 25; ++round) {
                const auto counted =
                    database->run("UPDATE llmapikey.counter SET value = value + 1", {}, Patience::wait);
                EXPECT_TRUE(counted) << counted.error().detail;
            }
        });
    }
    for (auto& counter : counters)
        counter.join();
    EXPECT_EQ(run_sql("SELECT value FROM llmapikey.counter"), "100");
}

TEST(DatabaseTest, AUniqueViolationIsAConflict) {
    const auto database = open_database(postgres_url());
    run_sql("DROP TABLE IF EXISTS unique_test; CREATE TABLE unique_test (id integer PRIMARY KEY)");
    ASSERT_TRUE(database->run("INSERT INTO unique_test VALUES (1)", {}, Patience::wait));
    EXPECT_EQ(database->run("INSERT INTO unique_test VALUES (1)", {}, Patience::wait).error().code,
              base::Errc::conflict);
}

}  // namespace
}  // namespace llmapikey::test
