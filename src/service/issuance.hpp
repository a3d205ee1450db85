#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/crypto.hpp"
#include "service/key_provider.hpp"
#include "service/key_store.hpp"
#include "service/settlement.hpp"

namespace llmapikey::service {

struct IssuancePolicy {
    bool is_enabled = false;          // PROVISIONING_ENABLED
    std::int64_t max_total_keys = 0;  // 0: no limit
    base::MicroUsd daily_limit;
    std::chrono::days key_lifetime{90};
    base::Seconds call_timeout{15};  // of one call upstream
};

enum class IssueStatus {
    created,      // a key was minted just now
    exists,       // the account already had one
    in_progress,  // another submit is minting it
    sorting_out,  // the outcome of an attempt is unknown and is being settled
    paused,
    full,
    on_hold,  // the organizer ended this account's key; `hold` says for how long, where it does
    failed,   // `error` says why; nothing was left behind
};

// "created", "exists", "in_progress", ...
std::string_view to_text(IssueStatus status);

struct IssueAnswer {
    IssueStatus status = IssueStatus::failed;
    std::optional<domain::Grant> grant;  // created and exists
    std::optional<domain::Hold> hold;    // on_hold; nullopt: the key is still being revoked
    base::Secret raw_key;                // created and exists; empty where an older deployment did not keep it
    base::Error error;                   // failed; sorting_out where something is known
};

// Reports what an operator should know of an issue; `message` holds no secret. Called on the thread of the call.
using IssueLog = std::function<void(const std::string& message)>;

// Gives each account its one key: reserve, mint, activate, and make good what fails in between.
// See docs/architecture.md, "The life of a key". Blocking (database and upstream); thread-safe.
class Issuance {
public:
    Issuance(IssuancePolicy policy, KeyStore& store, KeyProvider& provider, const base::Sealer& sealer,
             const base::Clock& clock, IssueLog log);

    // The account's key: the one it has, or else a new one.
    IssueAnswer issue(const domain::Recipient& recipient);

    // The raw key of an active grant. invalid_input: it was sealed with another KEY_ENCRYPTION_SECRET.
    base::Result<base::Secret> open_key(const domain::Grant& grant) const;

    // Whether this grant is an attempt in doubt that settle() could end now.
    bool is_settlement_due(const domain::Grant& grant) const;
    // Ends an attempt in doubt if it can be ended now; reports failures to the log. A second call for the same attempt
    // while one is under way returns at once.
    void settle(const domain::Grant& grant);

    const IssuancePolicy& policy() const { return policy_; }

private:
    IssueAnswer answer_existing(const domain::Grant& grant) const;
    IssueAnswer mint(const domain::Grant& grant, base::Deadline deadline);
    IssueAnswer keep(const domain::Grant& grant, const Minted& minted);
    IssueAnswer undo(const domain::Grant& grant, const Minted& minted, const base::Error& cause);
    IssueAnswer give_up(const domain::Grant& grant, const base::Error& cause);
    IssueAnswer leave_in_doubt(const domain::Grant& grant, const MintUnknown& unknown);
    base::Result<ReserveOutcome> reserve(const domain::Recipient& recipient);
    base::Deadline call_deadline() const { return base::Deadline::after(policy_.call_timeout); }

    const IssuancePolicy policy_;
    KeyStore& store_;
    KeyProvider& provider_;
    const base::Sealer& sealer_;
    const base::Clock& clock_;
    Settlement settlement_;
    IssueLog log_;
    std::mutex settling_mutex_;
    std::set<std::string> settling_;  // nonces of the attempts that settle() is at work on
};

}  // namespace llmapikey::service
