#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "sql/postgres/connection.hpp"

namespace llmapikey::postgres {

struct PoolOptions {
    int size = 8;                           // connections at the most
    base::Millis statement_timeout{5'000};  // asked of the server for each connection
};

// What to do while the database cannot be reached.
enum class Patience {
    fail_fast,  // fail at once: somebody waits for a page
    wait,       // wait for it until the deadline: much hangs on this statement
};

// Connections, opened when they are needed by a thread of the pool's own, so that nobody waits for
// a host that does not answer. Those who wait are served in the order of their coming. While the
// database is away the pool goes on trying, with growing and jittered pauses of at most a second.
// Thread-safe.
class ConnectionPool {
public:
    using OpenConnection = std::function<base::Result<std::unique_ptr<Connection>>()>;

    ConnectionPool(int size, OpenConnection open);
    ~ConnectionPool();
    ConnectionPool(const ConnectionPool&) = delete;
    ConnectionPool& operator=(const ConnectionPool&) = delete;

    // A connection for as long as this lives. One that is of no more use is closed and replaced.
    class Lease {
    public:
        Lease(ConnectionPool& pool, std::unique_ptr<Connection> connection)
            : pool_(&pool), connection_(std::move(connection)) {}
        Lease(Lease&& other) noexcept = default;
        Lease& operator=(Lease&&) = delete;
        ~Lease() {
            if (connection_ != nullptr) pool_->give_back(std::move(connection_));
        }
        Connection* operator->() { return connection_.get(); }
        Connection& operator*() { return *connection_; }
        // Closes this connection, and all that are idle: what was wrong with it is wrong with them.
        void discard();

    private:
        ConnectionPool* pool_;
        std::unique_ptr<Connection> connection_;
    };

    // store_unavailable: the database is away, or no connection became free by the deadline.
    base::Result<Lease> acquire(base::Deadline deadline, Patience patience);
    // Threads that wait for one now.
    std::size_t waiting() const {
        const std::lock_guard lock(mutex_);
        return waiters_.size();
    }

private:
    struct Waiter {
        Patience patience;
        std::condition_variable wake;
        std::unique_ptr<Connection> connection;
        bool has_failed = false;
    };

    std::unique_ptr<Connection> take_idle(std::unique_lock<std::mutex>& lock);
    bool is_away() const { return !last_failure_.empty() && open_ == 0; }
    void give_back(std::unique_ptr<Connection> connection);
    void close(std::unique_ptr<Connection> connection);
    void hand_over(std::unique_ptr<Connection> connection);
    void fail_the_hasty();
    void keep_connecting();
    base::Error away() const;

    const int size_;
    const OpenConnection open_connection_;
    mutable std::mutex mutex_;
    std::condition_variable connector_wakes_;
    std::deque<Waiter*> waiters_;
    std::vector<std::unique_ptr<Connection>> idle_;
    int open_ = 0;              // idle and leased
    std::string last_failure_;  // of the connector; empty while it succeeds
    bool is_stopping_ = false;
    std::thread connector_;
};

}  // namespace llmapikey::postgres
