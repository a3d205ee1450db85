#pragma once

#include <memory>

#include "keys/key_store.hpp"
#include "sql/sqlite/connections.hpp"

namespace llmapikey::sqlite {

// KeyStore in one SQLite file (WAL). The schema must be there: see schema/sqlite_migrations.hpp.
class SqliteKeyStore final : public KeyStore {
public:
    explicit SqliteKeyStore(std::shared_ptr<Connections> connections) : connections_(std::move(connections)) {}

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
    base::Result<void> remove(std::string_view deletion, const Attempt& attempt, MintProblem problem,
                              base::Timestamp now);

    std::shared_ptr<Connections> connections_;
};

}  // namespace llmapikey::sqlite
