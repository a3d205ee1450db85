#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "sql/database_health.hpp"

struct sqlite3;
struct sqlite3_stmt;

// A thin wrapper over the SQLite C API. One Connection belongs to one thread at a time. Failures
// are Errc::store_unavailable with SQLite's message and advice.
namespace llmapikey::sqlite {

// Sets about how many bytes SQLite may hold in this process. Near the limit it reuses pages of its
// caches.
void limit_memory(std::int64_t bytes);

struct FreeConnection {
    void operator()(sqlite3* connection) const;
};
struct FreeStatement {
    void operator()(sqlite3_stmt* statement) const;
};

enum class Access { read_write, read_only };

// Says what a power cut may take: nothing that was acknowledged (`kept`), or all of a database that
// is deleted at the end anyway (`thrown_away`), which saves waiting for the disk.
enum class Durability { kept, thrown_away };

// The length of the write-ahead log in bytes; a longer log is cut as soon as nobody needs it.
inline constexpr std::int64_t log_max = 8 * 1024 * 1024;

class Connection;

// One run of a prepared statement: bind in order, then step. The destructor resets the statement.
class Query {
public:
    Query(Connection& connection, sqlite3_stmt* statement) : connection_(&connection), statement_(statement) {}
    Query(Query&& other) noexcept;
    Query& operator=(Query&&) = delete;
    ~Query();

    Query& bind(std::string_view text);
    Query& bind(std::int64_t number);
    Query& bind_null();

    // Returns true if a row can be read, false at the end.
    base::Result<bool> step();
    // Runs a statement to its end, and returns how many rows it changed.
    base::Result<int> run();

    std::string text(int column) const;  // empty for NULL
    std::int64_t number(int column) const;
    bool is_null(int column) const;
    int columns() const;

private:
    Connection* connection_;
    sqlite3_stmt* statement_;
    int bound_ = 0;
};

class Connection {
public:
    // Creates the file with mode 0600 if `access` is read_write. `busy_timeout`: how long to wait
    // for other writers.
    static base::Result<std::unique_ptr<Connection>> open(const std::string& path, Access access,
                                                          base::Millis busy_timeout,
                                                          Durability durability = Durability::kept);

    // Prepares a statement once and keeps it. `sql` must outlive the connection.
    base::Result<Query> query(std::string_view sql);
    // Runs several statements without parameters.
    base::Result<void> execute(const std::string& sql);

    // Writes a consistent, verified copy with mode 0600. Other processes may keep writing. `path`
    // must not exist. An incomplete copy is removed.
    base::Result<void> copy_to(const std::string& path);

    // Moves the content of the write-ahead log into the file as far as readers allow, and empties
    // the log if all was moved. Does not wait. `busy_timeout`: this connection's usual one, which
    // is restored.
    base::Result<void> empty_log(base::Millis busy_timeout);

    // Returns how many rows the latest statement inserted, updated or deleted.
    int changes() const;

    // Returns the error of the latest failed call, and counts it in the DatabaseHealth of
    // report_to().
    base::Error error(std::string_view doing) const;
    void report_to(DatabaseHealth& health) { health_ = &health; }
    // Returns whether a write has failed because of a disk since the start or the last success of
    // prove_writable().
    bool is_doubtful() const { return is_doubtful_; }
    // Makes a write that reaches the disk. store_unwritable: the write failed.
    base::Result<void> prove_writable();
    // Writes and rolls back. A read-only connection can write from then on. store_unwritable: the
    // write failed.
    base::Result<void> rehearse_write();
    sqlite3* handle() const { return connection_.get(); }

private:
    Connection(sqlite3* connection, std::string path) : connection_(connection), path_(std::move(path)) {}
    base::Result<void> prepare_to_write(base::Millis busy_timeout);
    bool is_busy() const;  // whether the latest call failed because of another connection's lock

    std::unique_ptr<sqlite3, FreeConnection> connection_;
    std::string path_;
    DatabaseHealth* health_ = nullptr;
    mutable bool is_doubtful_ = false;
    std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, FreeStatement>> statements_;
};

// Runs BEGIN IMMEDIATE; the destructor runs ROLLBACK unless commit() succeeded.
class Transaction {
public:
    static base::Result<Transaction> begin(Connection& connection);
    Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction();
    base::Result<void> commit();

private:
    explicit Transaction(Connection& connection) : connection_(&connection) {}
    Connection* connection_;
};

// Checks a conditional change of one row. conflict: the condition did not hold.
base::Result<void> expect_one(const base::Result<int>& changed);

}  // namespace llmapikey::sqlite
