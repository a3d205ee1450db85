#pragma once

#include <memory>

#include "keys/key_store.hpp"
#include "sql/sqlite/connections.hpp"

namespace llmapikey::storage::sqlite {

// KeyStore in one SQLite file (WAL). The schema must be there: see migrations.hpp.
class SqliteKeyStore final : public service::KeyStore {
public:
    explicit SqliteKeyStore(std::shared_ptr<Connections> connections) : connections_(std::move(connections)) {}

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
    base::Result<void> remove(std::string_view deletion, const service::Attempt& attempt, domain::MintProblem problem,
                              base::Timestamp now);

    std::shared_ptr<Connections> connections_;
};

}  // namespace llmapikey::storage::sqlite
