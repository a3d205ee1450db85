#pragma once

#include <memory>
#include <mutex>

#include "keys/key_store.hpp"
#include "sql/postgres/database.hpp"

namespace llmapikey::storage::postgres {

// KeyStore in the schema llmapikey of a PostgreSQL database. The schema must be there: see migrations.hpp. Each
// operation is one statement and one round trip; reserving takes another one where the quota is full or two submits of
// one account collide.
class PostgresKeyStore final : public service::KeyStore {
public:
    explicit PostgresKeyStore(std::shared_ptr<Database> database) : database_(std::move(database)) {}

    base::Result<service::Account> find_account(domain::GithubUserId id) override;
    base::Result<std::optional<domain::Grant>> find(domain::GithubUserId id) override;
    base::Result<service::ReserveOutcome> reserve(const service::ReserveRequest& request) override;
    base::Result<void> activate(const service::Attempt& attempt, const service::Activation& activation) override;
    base::Result<void> mark_ambiguous(const service::Attempt& attempt, const std::string& delete_handle) override;
    using KeyStore::release;
    base::Result<void> release(const service::Attempt& attempt, domain::MintProblem problem,
                               base::Timestamp now) override;
    base::Result<void> abandon(const service::Attempt& attempt, domain::MintProblem problem,
                               base::Timestamp now) override;
    base::Result<void> update_username(const domain::Recipient& recipient) override;
    base::Result<std::vector<domain::Grant>> list_unsettled(base::Timestamp attempted_by, const std::string& after_id,
                                                            int limit) override;
    base::Result<bool> knows(const std::string& delete_handle, const std::string& nonce) override;
    base::Result<service::GrantTotals> totals() override;
    base::Result<void> check() override;

private:
    base::Result<std::optional<domain::Grant>> find(domain::GithubUserId id, Patience patience);
    base::Result<service::ReserveOutcome> explain_refusal(const service::ReserveRequest& request);
    base::Result<service::ReserveOutcome> reserve_once(const service::ReserveRequest& request);

    std::shared_ptr<Database> database_;
    // Reservations take turns on the row of the totals anyway. Those of one process take them here: that costs the
    // server nothing, and holds no connection.
    std::timed_mutex reserving_;
};

}  // namespace llmapikey::storage::postgres
