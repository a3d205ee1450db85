#pragma once

#include <memory>

#include "keys/admin_store.hpp"
#include "keys/store_endings.hpp"
#include "sql/sql_database.hpp"

namespace llmapikey {

// Implements AdminStore for both databases.
class SqlAdminStore final : public AdminStore {
public:
    SqlAdminStore(std::shared_ptr<SqlDatabase> database, std::shared_ptr<GrantEndings> endings)
        : database_(std::move(database)), endings_(std::move(endings)) {}

    base::Result<GrantPage> list(const GrantQuery& query) override;
    base::Result<std::int64_t> count(const GrantQuery& query, std::int64_t most) override;
    base::Result<std::optional<Grant>> find_grant(const std::string& grant_id) override;
    base::Result<std::vector<LedgerEntry>> ledger_of(GithubUserId id) override;
    base::Result<LedgerPage> list_ended(const GrantQuery& query) override;
    base::Result<std::vector<GithubUserId>> find_accounts(const std::string& search, int limit) override;
    base::Result<std::vector<ChainedEntry>> find_audit_entries(const AuditQuery& query) override;
    base::Result<int> begin_revocations(const std::vector<std::string>& grant_ids, const Ending& ending) override;
    base::Result<void> finish_revocation(const Grant& grant, base::Timestamp now) override;
    base::Result<std::vector<LedgerEntry>> list_revoking(const std::string& after_id, int limit,
                                                         const std::optional<std::string>& bulk_id) override;
    base::Result<std::vector<LedgerEntry>> list_due_revocations(base::Timestamp now, int limit,
                                                                const std::string& bulk_id) override;
    base::Result<void> note_revocation_failure(const std::string& grant_id, const std::string& problem,
                                               base::Timestamp next_attempt_at, bool is_counted) override;
    base::Result<std::vector<LedgerEntry>> list_stuck(int limit, const std::string& bulk_id) override;
    base::Result<std::int64_t> count_stuck() override;
    base::Result<Grant> begin_change(const std::string& grant_id, const KeyChange& change,
                                     const std::string& token) override;
    base::Result<bool> finish_change(const std::string& grant_id, const std::string& token) override;
    base::Result<std::vector<Grant>> list_unsynced(const std::string& after_id, int limit) override;
    base::Result<int> begin_raises(base::Timestamp now, int limit) override;
    base::Result<void> set_missing(const std::vector<std::string>& grant_ids,
                                   std::optional<base::Timestamp> since) override;
    base::Result<void> set_expiry(const std::string& grant_id, base::Timestamp expires_at) override;
    base::Result<std::vector<Grant>> find_known(const std::vector<std::string>& delete_handles,
                                                const std::vector<std::string>& nonces) override;
    base::Result<bool> has_ended(const std::string& delete_handle, base::Timestamp since) override;
    base::Result<std::vector<Grant>> list_active(const std::string& after_id, int limit) override;
    base::Result<std::vector<Grant>> list_expired(base::Timestamp now, int limit) override;
    base::Result<void> note_reveal(const std::string& grant_id, const Reveal& reveal) override;
    base::Result<void> set_hold(GithubUserId id, const std::optional<Hold>& hold, const std::string& actor,
                                base::Timestamp now) override;

private:
    std::shared_ptr<SqlDatabase> database_;
    std::shared_ptr<GrantEndings> endings_;
};

}  // namespace llmapikey
