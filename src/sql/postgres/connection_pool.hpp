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
    int size = 8;                           // maximum of connections
    base::Millis statement_timeout{5'000};  // asked of the server for each connection
};

// What acquire() does while the database cannot be reached.
enum class Patience {
    fail_fast,  // fail at once: somebody waits for a page
    wait,       // wait until the deadline: the statement is important
};

// A pool of connections. A thread of the pool opens them on demand, so that callers never block on
// a host that does not answer. Waiting callers are served in the order of their arrival. While the
// database is away, the pool keeps trying, with growing, jittered pauses of at most a second.
// Thread-safe.
class ConnectionPool {
public:
    using OpenConnection = std::function<base::Result<std::unique_ptr<Connection>>()>;

    ConnectionPool(int size, OpenConnection open);
    ~ConnectionPool();
    ConnectionPool(const ConnectionPool&) = delete;
    ConnectionPool& operator=(const ConnectionPool&) = delete;

    // Holds a connection. The destructor gives it back; an unusable connection is closed and
    // replaced.
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
        // Closes this connection and all idle ones, which most likely have the same problem.
        void discard();

    private:
        ConnectionPool* pool_;
        std::unique_ptr<Connection> connection_;
    };

    // store_unavailable: the database is away, or no connection became free by the deadline.
    base::Result<Lease> acquire(base::Deadline deadline, Patience patience);
    // Returns how many threads wait for a connection now.
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
