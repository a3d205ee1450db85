#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "sql/sqlite/database.hpp"

namespace llmapikey::sqlite {

struct ConnectionOptions {
    std::string path;
    int readers = 2;                   // maximum of connections for reading, beside the one writer; at least 1
    base::Millis busy_timeout{5'000};  // how long to wait for another process's write
    Durability durability = Durability::kept;
};

// The connections that the stores of one file share: one writer, and a few readers beside it (WAL).
// Thread-safe.
class Connections {
public:
    // `check` tests on an open connection whether the schema is the program's. `health` counts the
    // failures. store_unavailable: the file cannot be opened, or the check failed.
    using Check = base::Result<void> (*)(Connection&);
    static base::Result<std::shared_ptr<Connections>> open(const ConnectionOptions& options, Check check,
                                                           std::shared_ptr<DatabaseHealth> health = nullptr);

    // Empties the write-ahead log if it is long and no reader needs it. Does not wait for readers.
    // Fails if the disk fails.
    base::Result<void> shrink_log();

    // Holds the writer for as long as this object lives.
    class Writer {
    public:
        explicit Writer(Connections& connections)
            : lock_(connections.writer_mutex_), connection_(*connections.writer_) {}
        Connection* operator->() { return &connection_; }
        Connection& operator*() { return connection_; }

    private:
        std::unique_lock<std::mutex> lock_;
        Connection& connection_;
    };

    // Holds a reader for as long as this object lives.
    class Reader {
    public:
        explicit Reader(Connections& connections);
        ~Reader();
        Reader(const Reader&) = delete;
        Reader& operator=(const Reader&) = delete;
        Connection* operator->() { return connection_.get(); }
        Connection& operator*() { return *connection_; }

    private:
        Connections& connections_;
        std::unique_ptr<Connection> connection_;
    };

private:
    Connections(ConnectionOptions options, std::shared_ptr<DatabaseHealth> health)
        : options_(std::move(options)), health_(std::move(health)) {}
    base::Result<std::unique_ptr<Connection>> open_connection(Access access) const;
    std::unique_ptr<Connection> take_reader();

    const ConnectionOptions options_;
    const std::shared_ptr<DatabaseHealth> health_;

    std::mutex writer_mutex_;
    std::unique_ptr<Connection> writer_;
    std::mutex readers_mutex_;
    std::condition_variable reader_is_free_;
    int readers_ = 1;  // opened ones: the first at once, the others on demand
    std::vector<std::unique_ptr<Connection>> free_readers_;
};

}  // namespace llmapikey::sqlite
