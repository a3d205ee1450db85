#pragma once

#include <functional>
#include <map>
#include <mutex>
#include <string>

#include "service/key_store.hpp"

namespace llmapikey::test {

// KeyStore in memory that passes the same contract as the real ones, with failures on demand. Thread-safe.
class MemoryKeyStore final : public service::KeyStore {
public:
    enum class Operation { find, reserve, activate, mark_ambiguous, release };
    enum class When { before_effect, after_effect };
    // The next call of this operation answers store_unavailable.
    void fail_next(Operation operation, When when = When::before_effect);

    void hold(domain::GithubUserId id, const domain::Hold& hold);

    base::Result<service::Account> find_account(domain::GithubUserId id) override;
    base::Result<std::optional<domain::Grant>> find(domain::GithubUserId id) override;
    base::Result<service::ReserveOutcome> reserve(const service::ReserveRequest& request) override;
    base::Result<void> activate(const service::Attempt& attempt, const service::Activation& activation) override;
    base::Result<void> mark_ambiguous(const service::Attempt& attempt, const std::string& delete_handle) override;
    base::Result<void> release(const service::Attempt& attempt) override;
    base::Result<void> update_username(const domain::Recipient& recipient) override;
    base::Result<std::vector<domain::Grant>> list_unsettled(base::Timestamp attempted_by, const std::string& after_id,
                                                            int limit) override;
    base::Result<bool> knows(const std::string& delete_handle, const std::string& nonce) override;
    base::Result<service::GrantTotals> totals() override;
    base::Result<void> check() override { return {}; }

private:
    bool fails(Operation operation, When when);
    domain::Grant* unsettled(const service::Attempt& attempt);

    std::mutex mutex_;
    std::map<domain::GithubUserId, domain::Grant> grants_;
    std::map<domain::GithubUserId, domain::Hold> holds_;
    std::map<Operation, When> failures_;
};

}  // namespace llmapikey::test
