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

// A thin wrapper over the SQLite C API. One Connection belongs to one thread at a time.
// Failures are Errc::store_unavailable with SQLite's own words and what to do.
namespace llmapikey::sqlite {

// How many bytes SQLite may hold in this process, about: near that it reuses pages of its caches.
void limit_memory(std::int64_t bytes);

struct FreeConnection {
    void operator()(sqlite3* connection) const;
};
struct FreeStatement {
    void operator()(sqlite3_stmt* statement) const;
};

enum class Access { read_write, read_only };

// Of the write-ahead log: what is longer is cut off once it is not needed.
inline constexpr std::int64_t log_max = 8 * 1024 * 1024;

class Connection;

// A prepared statement being run: bind in order, then step. Reset when it goes.
class Query {
public:
    Query(Connection& connection, sqlite3_stmt* statement) : connection_(&connection), statement_(statement) {}
    Query(Query&& other) noexcept;
    Query& operator=(Query&&) = delete;
    ~Query();

    Query& bind(std::string_view text);
    Query& bind(std::int64_t number);
    Query& bind_null();

    // True: a row is there to be read; false: done.
    base::Result<bool> step();
    // For statements without rows: runs them, and says how many rows they changed.
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
    // Creates the file with mode 0600 when opening for writing. `busy_timeout`: how long to wait
    // for other writers.
    static base::Result<std::unique_ptr<Connection>> open(const std::string& path, Access access,
                                                          base::Millis busy_timeout);

    // `sql` must outlive the connection (a literal): statements are prepared once and kept.
    base::Result<Query> query(std::string_view sql);
    // Several statements, without parameters.
    base::Result<void> execute(const std::string& sql);

    // A consistent copy as of now, checked, with mode 0600; other processes may go on writing.
    // `path` must not exist. What could not be finished is removed.
    base::Result<void> copy_to(const std::string& path);

    // Moves what the write-ahead log holds into the file, as far as readers let it, and empties the
    // log if that is all; waits for nobody. `busy_timeout`: of this connection.
    base::Result<void> empty_log(base::Millis busy_timeout);

    // Rows that the latest statement inserted, updated or deleted.
    int changes() const;

    // As the latest call failed; counted, if anybody watches.
    base::Error error(std::string_view doing) const;
    void report_to(DatabaseHealth& health) { health_ = &health; }
    // Whether a write has failed for want of a disk since prove_writable() succeeded last, or the
    // start.
    bool is_doubtful() const { return is_doubtful_; }
    // Writes, for certain. store_unwritable: that fails.
    base::Result<void> prove_writable();
    // Writes and rolls back, also on a connection that only reads, which can write from then on.
    // store_unwritable: that fails.
    base::Result<void> rehearse_write();
    sqlite3* handle() const { return connection_.get(); }

private:
    Connection(sqlite3* connection, std::string path) : connection_(connection), path_(std::move(path)) {}
    base::Result<void> prepare_to_write(base::Millis busy_timeout);
    bool is_busy() const;  // whether the latest call failed because of another's lock

    std::unique_ptr<sqlite3, FreeConnection> connection_;
    std::string path_;
    DatabaseHealth* health_ = nullptr;
    mutable bool is_doubtful_ = false;
    std::unordered_map<std::string_view, std::unique_ptr<sqlite3_stmt, FreeStatement>> statements_;
};

// BEGIN IMMEDIATE, and ROLLBACK unless committed.
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

// A conditional change of one row: conflict if the condition did not hold.
base::Result<void> expect_one(const base::Result<int>& changed);

}  // namespace llmapikey::sqlite
