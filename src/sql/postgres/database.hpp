#pragma once

#include <atomic>
#include <memory>
#include <string>

#include "sql/database_health.hpp"
#include "sql/postgres/connection_pool.hpp"

namespace llmapikey::postgres {

enum class Plan {
    kept,   // for a constant statement whose plan does not depend on its values
    fresh,  // planned for this one run
};

// Runs single statements, each in its own transaction, on pooled connections. Serialization
// failures and deadlocks (SQLSTATE 40001, 40P01) certainly had no effect and are retried with
// jitter; a statement whose connection was lost is retried once. Thread-safe; blocking.
class Database {
public:
    struct Answer {
        Rows rows;
        bool is_repeated = false;  // an earlier try was lost and may have taken effect
    };

    // `health` counts the failures.
    Database(ConnectionSettings settings, PoolOptions options, std::shared_ptr<DatabaseHealth> health = nullptr);

    // Errc::conflict: a unique constraint was violated (23505). store_unavailable: every other
    // failure, at the latest about half a second after the statement timeout.
    base::Result<Answer> run(const std::string& sql, const Parameters& parameters, Patience patience,
                             Plan plan = Plan::kept);

    // Returns whether a statement has failed because of a disk since the start or the last success
    // of prove_writable().
    bool is_doubtful() const { return is_doubtful_; }
    // Makes a write that reaches the disk. store_unwritable: the write failed.
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
