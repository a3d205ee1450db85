#pragma once

#include <memory>
#include <mutex>

#include "keys/key_store.hpp"
#include "sql/postgres/database.hpp"

namespace llmapikey::postgres {

// Implements KeyStore in the schema llmapikey of a PostgreSQL database. The schema must exist: see
// schema/postgres_migrations.hpp. Each operation is one statement and one round trip, except that
// reserve() takes another one if nothing was inserted or two submits of one account collide.
class PostgresKeyStore final : public KeyStore {
public:
    explicit PostgresKeyStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

    base::Result<Account> find_account(const Seat& seat) override;
    base::Result<std::optional<Grant>> find(const Seat& seat) override;
    base::Result<ReserveOutcome> reserve(const ReserveRequest& request) override;
    base::Result<void> activate(const Attempt& attempt, const Activation& activation) override;
    base::Result<void> mark_ambiguous(const Attempt& attempt, const std::string& delete_handle) override;
    using KeyStore::release;
    base::Result<void> release(const Attempt& attempt, MintProblem problem, base::Timestamp now) override;
    using KeyStore::abandon;
    base::Result<void> abandon(const Attempt& attempt, MintProblem problem, base::Timestamp now,
                               AbandonIf when) override;
    base::Result<void> update_username(const Recipient& recipient) override;
    base::Result<std::vector<Grant>> list_open_attempts(base::Timestamp attempted_by, const std::string& after_id,
                                                        int limit) override;
    base::Result<bool> knows(const std::string& delete_handle, const std::string& nonce) override;
    base::Result<GrantTotals> totals() override;
    base::Result<void> check() override;

private:
    base::Result<std::optional<Grant>> find(const Seat& seat, Patience patience);
    base::Result<ReserveOutcome> explain_refusal(const ReserveRequest& request);
    base::Result<ReserveOutcome> reserve_once(const ReserveRequest& request);

    std::shared_ptr<Database> database_;
    // Reservations are serialized by the row of the totals anyway. Those of one process wait here,
    // which costs the server nothing and holds no connection.
    std::timed_mutex reserving_;
};

}  // namespace llmapikey::postgres
