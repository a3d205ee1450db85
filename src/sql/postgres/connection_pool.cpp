#include "sql/postgres/connection_pool.hpp"

#include <pthread.h>

#include <algorithm>
#include <random>

namespace llmapikey::postgres {
namespace {

constexpr base::Millis first_pause{20};
constexpr base::Millis pause_max{1'000};

// Returns a random time from 1 ms to `most`, so that many replicas do not reconnect in step.
base::Millis jittered(base::Millis most) {
    thread_local std::minstd_rand generator(std::random_device{}());
    return base::Millis{std::uniform_int_distribution<std::int64_t>(1, most.count())(generator)};
}

}  // namespace

ConnectionPool::ConnectionPool(int size, OpenConnection open)
    : size_(size), open_connection_(std::move(open)), connector_([this] { keep_connecting(); }) {}

ConnectionPool::~ConnectionPool() {
    {
        const std::lock_guard lock(mutex_);
        is_stopping_ = true;
    }
    connector_wakes_.notify_all();
    connector_.join();
}

base::Error ConnectionPool::away() const {
    return {base::Errc::store_unavailable, last_failure_, base::Seconds{2}};
}

// Checking a connection takes a system call, so the lock is released meanwhile.
std::unique_ptr<Connection> ConnectionPool::take_idle(std::unique_lock<std::mutex>& lock) {
    while (!idle_.empty()) {
        std::unique_ptr<Connection> connection = std::move(idle_.back());
        idle_.pop_back();
        lock.unlock();
        const bool is_usable = connection->is_usable();
        if (!is_usable) connection.reset();
        lock.lock();
        if (is_usable) return connection;
        --open_;
    }
    return nullptr;
}

base::Result<ConnectionPool::Lease> ConnectionPool::acquire(base::Deadline deadline, Patience patience) {
    std::unique_lock lock(mutex_);
    if (waiters_.empty()) {
        if (auto connection = take_idle(lock)) return Lease(*this, std::move(connection));
    }
    if (is_away() && patience == Patience::fail_fast) return tl::unexpected(away());
    Waiter self{patience, {}, nullptr, false};
    waiters_.push_back(&self);
    connector_wakes_.notify_one();
    self.wake.wait_until(lock, deadline.at(), [&] { return self.connection != nullptr || self.has_failed; });
    if (self.connection != nullptr) return Lease(*this, std::move(self.connection));
    std::erase(waiters_, &self);
    if (self.has_failed) return tl::unexpected(away());
    const std::string reason = last_failure_.empty() ? "all connections are busy" : last_failure_;
    return base::fail(base::Errc::store_unavailable, "no database connection became free in time: " + reason,
                      base::Seconds{2});
}

void ConnectionPool::Lease::discard() {
    std::vector<std::unique_ptr<Connection>> suspects;
    {
        const std::lock_guard lock(pool_->mutex_);
        suspects.swap(pool_->idle_);
        pool_->open_ -= static_cast<int>(suspects.size());
    }
    pool_->close(std::move(connection_));
}

void ConnectionPool::close(std::unique_ptr<Connection> connection) {
    connection.reset();
    const std::lock_guard lock(mutex_);
    --open_;
    connector_wakes_.notify_one();
}

void ConnectionPool::give_back(std::unique_ptr<Connection> connection) {
    if (!connection->is_usable()) return close(std::move(connection));
    const std::lock_guard lock(mutex_);
    hand_over(std::move(connection));
}

// The caller holds the lock.
void ConnectionPool::hand_over(std::unique_ptr<Connection> connection) {
    if (waiters_.empty()) {
        idle_.push_back(std::move(connection));
        return;
    }
    Waiter* first = waiters_.front();
    waiters_.pop_front();
    first->connection = std::move(connection);
    first->wake.notify_one();
}

// The caller holds the lock.
void ConnectionPool::fail_the_hasty() {
    if (!is_away()) return;
    for (Waiter* waiter : waiters_) {
        if (waiter->patience != Patience::fail_fast) continue;
        waiter->has_failed = true;
        waiter->wake.notify_one();
    }
}

void ConnectionPool::keep_connecting() {
    pthread_setname_np(pthread_self(), "postgres");
    base::Millis pause = first_pause;
    std::unique_lock lock(mutex_);
    while (true) {
        connector_wakes_.wait(lock, [this] {
            const bool is_wanted = !waiters_.empty() && idle_.empty() && open_ < size_;
            return is_stopping_ || is_wanted || is_away();
        });
        if (is_stopping_) return;
        lock.unlock();
        auto opened = open_connection_();
        lock.lock();
        if (opened) {
            ++open_;
            last_failure_.clear();
            pause = first_pause;
            hand_over(std::move(*opened));
            continue;
        }
        last_failure_ = opened.error().detail;
        fail_the_hasty();
        connector_wakes_.wait_for(lock, jittered(pause), [this] { return is_stopping_; });
        pause = std::min(2 * pause, pause_max);
    }
}

}  // namespace llmapikey::postgres
