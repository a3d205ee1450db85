#pragma once

#include <memory>

#include "service/admin_store.hpp"
#include "storage/sqlite/connections.hpp"

namespace llmapikey::storage::sqlite {

// AdminStore in one SQLite file.
class SqliteAdminStore final : public service::AdminStore {
public:
    explicit SqliteAdminStore(std::shared_ptr<Connections> connections) : connections_(std::move(connections)) {}

    base::Result<service::GrantPage> list(const service::GrantQuery& query) override;
    base::Result<std::optional<domain::Grant>> find_grant(const std::string& grant_id) override;
    base::Result<std::vector<service::LedgerEntry>> ledger_of(domain::GithubUserId id) override;
    base::Result<domain::Grant> begin_revocation(const service::RevocationRequest& request) override;
    base::Result<void> finish_revocation(const domain::Grant& grant, base::Timestamp now) override;
    base::Result<std::vector<domain::Grant>> list_revoking(const std::string& after_id, int limit) override;
    base::Result<void> set_hold(domain::GithubUserId id, const std::optional<domain::Hold>& hold,
                                const std::string& actor, base::Timestamp now) override;

private:
    std::shared_ptr<Connections> connections_;
};

}  // namespace llmapikey::storage::sqlite
