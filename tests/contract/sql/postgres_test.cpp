// What is particular to PostgreSQL: settings, connections, the pool, reconnecting.
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "support/postgres_database.hpp"

namespace llmapikey::test {
namespace {

namespace postgres = postgres;
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

TEST(ConnectionSettingsTest, TakeWhatLibpqTakes) {
    const auto settings = ConnectionSettings::parse("postgres://me:secret@one:1,two:2/db?sslmode=verify-full");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->description(), "one,two:1,2/db");
    const auto& values = settings->values();
    const auto has = [&](const char* name, const char* value) {
        return std::find(values.begin(), values.end(), std::pair<std::string, std::string>(name, value)) !=
               values.end();
    };
    EXPECT_TRUE(has("sslmode", "verify-full"));
    EXPECT_TRUE(has("target_session_attrs", "read-write"));
}

// libpq would take a part of the password for a host, a port or a database, and print it.
TEST(ConnectionSettingsTest, APasswordThatEndsTooEarlyIsRefusedWithHowToWriteIt) {
    for (const char* url :
         {"postgresql://me:hunter/zebra@host:5432/db", "postgresql://me:hunter@zebra@host/db",
          "postgresql://me:hunter?zebra@host/db", "postgresql://me:12/hunter@host/db",
          "postgresql://me:12?hunter=zebra@host/db", "postgresql://me:hunter?a=b@host/db",
          "postgresql://me:hunter#zebra@host/db", "postgresql://me:12#hunter@host/db",
          "postgresql://hunter?application_name=a@zebra", "postgresql://me:hunter%@host/db",
          "postgresql://me:hunter%zz@host/db", "postgresql://me:1/hunter@2?x@host/db",
          "postgresql://me/hunter:zebra@host/db", "postgresql://me:hunter/zebra@host:5432/db?sslmode=require",
          "postgresql://me:hunter@[::1]:zebra@host/db"}) {
        const auto settings = ConnectionSettings::parse(url);
        ASSERT_FALSE(settings) << url;
        EXPECT_EQ(settings.error().code, base::Errc::invalid_input);
        EXPECT_NE(settings.error().detail.find("POSTGRES_URL"), std::string::npos);
        EXPECT_NE(settings.error().detail.find("%25"), std::string::npos) << settings.error().detail;
        EXPECT_EQ(settings.error().detail.find("hunter"), std::string::npos) << settings.error().detail;
        EXPECT_EQ(settings.error().detail.find("zebra"), std::string::npos) << settings.error().detail;
    }
    for (const char* url :
         {"postgresql://me:a%2Fb%40c%3Fd%23e%25f@host:5432/db", "postgresql:///db",
          "postgresql://host/db?user=me@server&password=x", "postgresql://%2Fvar%2Frun/db",
          "postgresql://[::1]:5432/db", "postgresql://me:a:b@one:1,two:2/db",
          "postgresql://me@host?application_name=a@b", "postgresql://me@host/db?options=-c%20x%3Dy&supa=a@b"})
        EXPECT_TRUE(ConnectionSettings::parse(url)) << url;
}

TEST(ConnectionSettingsTest, MessagesAreGivenWithoutTheSecrets) {
    const std::string url = "postgresql://me:a%2Fhunter2@host/db?sslpassword=opens";
    const auto settings = ConnectionSettings::parse(url);
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->without_secrets("no a/hunter2, a%2Fhunter2 or opens at " + url + " for me"),
              "no [hidden], [hidden] or [hidden] at [hidden] for me");
}

TEST(ConnectionSettingsTest, LeaveOutWhatOnlyJavaScriptClientsKnow) {
    EXPECT_TRUE(ConnectionSettings::parse("postgres://a:b@h:6543/db?sslmode=require&supa=base-pooler.x"));
    EXPECT_TRUE(ConnectionSettings::parse("postgres://a:b@h:6543/db?pgbouncer=true&connection_limit=1"));
    EXPECT_TRUE(ConnectionSettings::parse("postgres://a:b@h/db?sslmode=no-verify"));
}

TEST(ConnectionSettingsTest, RefuseNonsenseWithoutRepeatingThePassword) {
    for (const std::string url : {"postgresql://a:secret@h:port/db?x=1", "postgresql://a:secret@[::1/db",
                                  "postgresql://a:secret@h/db?nonsense=secret", "postgresql://a:secret%zz@h/db"}) {
        const auto settings = ConnectionSettings::parse(url);
        ASSERT_FALSE(settings) << url;
        EXPECT_NE(settings.error().detail.find("POSTGRES_URL"), std::string::npos);
        EXPECT_EQ(settings.error().detail.find("secret"), std::string::npos) << settings.error().detail;
    }
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
    // A sequence counts also what is rolled back: the function ends its own connection the first times that it runs.
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

TEST(DatabaseTest, AFullDiskIsNoticedAndOverOnceAWriteSucceeds) {
    reset_schema();
    const auto database = open_database(postgres_url());
    postgres::PostgresKeyStore store(database);
    ASSERT_TRUE(store.check());
    run_sql(
        "CREATE FUNCTION llmapikey.fill() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$; "
        "CREATE TRIGGER full_disk BEFORE INSERT ON llmapikey.facts EXECUTE FUNCTION llmapikey.fill()");
    EXPECT_TRUE(store.check()) << "nobody has written yet";
    const auto failed =
        database->run("DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '53100'; END $$", {}, Patience::fail_fast);
    ASSERT_FALSE(failed);
    EXPECT_NE(failed.error().detail.find("the database's disk is full"), std::string::npos) << failed.error().detail;
    for (int i = 0; i < 2; ++i) {
        const auto checked = store.check();
        ASSERT_FALSE(checked);
        EXPECT_EQ(checked.error().code, base::Errc::store_unwritable) << checked.error().detail;
    }
    run_sql("DROP TRIGGER full_disk ON llmapikey.facts");
    EXPECT_TRUE(store.check());
    EXPECT_FALSE(database->is_doubtful());
    EXPECT_EQ(run_sql("SELECT count(*) FROM llmapikey.facts"), "0") << "what was written to find out is not kept";
}

}  // namespace
}  // namespace llmapikey::test
