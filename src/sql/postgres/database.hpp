#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "sql/database_health.hpp"
#include "sql/postgres/connection_pool.hpp"

namespace llmapikey::postgres {

enum class Plan {
    kept,   // of a statement that is always the same, and whose plan does not hang on its values
    fresh,  // made for this once
};

// Runs single statements, each a transaction of its own, on pooled connections, and tries again
// what can be tried again: serialization failures and deadlocks (SQLSTATE 40001, 40P01: certainly
// without effect) with jitter, and once what was lost with its connection. Thread-safe; blocking.
class Database {
public:
    struct Answer {
        Rows rows;
        bool is_repeated = false;  // an earlier try was lost, and may have taken effect
    };

    // `health`: learns of what fails.
    Database(ConnectionSettings settings, PoolOptions options, std::shared_ptr<DatabaseHealth> health = nullptr);

    // Errc::conflict: a unique constraint was violated (23505). store_unavailable: everything else;
    // at the latest after twice the statement timeout.
    base::Result<Answer> run(const std::string& sql, const Parameters& parameters, Patience patience,
                             Plan plan = Plan::kept);

    // Whether a statement has failed for want of a disk since prove_writable() succeeded last, or
    // the start.
    bool is_doubtful() const { return is_doubtful_; }
    // Writes, for certain. store_unwritable: that fails.
    base::Result<void> prove_writable();

    const ConnectionSettings& settings() const { return settings_; }

private:
    struct Statement {
        const std::string& sql;
        const Parameters& parameters;
        Plan plan;
    };
    void note(Trouble trouble);
    base::Result<Outcome<Rows>> try_once(const Statement& statement, base::Deadline deadline, Patience patience);

    const ConnectionSettings settings_;
    const base::Millis timeout_;
    const std::shared_ptr<DatabaseHealth> health_;
    std::atomic<bool> is_doubtful_{false};
    ConnectionPool pool_;
};

}  // namespace llmapikey::postgres
