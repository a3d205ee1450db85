#pragma once

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <set>
#include <string>

#include "base/crypto.hpp"
#include "grant/key_name.hpp"
#include "keys/concurrency_limiter.hpp"
#include "keys/key_outcome.hpp"
#include "keys/key_store.hpp"
#include "keys/mint_queue.hpp"
#include "keys/replacement.hpp"
#include "keys/settlement.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

struct IssuancePolicy {
    bool is_enabled = false;          // PROVISIONING_ENABLED
    std::int64_t max_total_keys = 0;  // 0: no limit
    base::MicroUsd daily_limit;
    std::chrono::days key_lifetime{90};
    base::Seconds call_timeout{15};  // for one call upstream
};

struct IssueAnswer {
    KeyOutcome status = KeyOutcome::failed;  // one of the outcomes of asking for a key
    std::optional<Grant> grant;              // set for created, exists and queued
    std::optional<Hold> hold;                // set for on_hold; nullopt: the key is still being revoked
    std::optional<int> place;                // set for queued; 1 is the next
    base::Secret raw_key;                    // set for created and exists; empty if an older deployment did not keep it
    base::Error error;                       // set for failed, and for ambiguous and queued if a cause is known
};

// Reports what an operator should know about an issue. `message` holds no secret. Called on the
// thread of the call.
using IssueLog = std::function<void(const std::string& message)>;

// The parts that Issuance works with; all must outlive it, and all are thread-safe.
struct IssuanceParts {
    KeyStore& store;
    MintQueue& queue;
    KeyProvider& provider;
    Replacement& replacement;
    const base::Sealer& sealer;
    const NonceMaker& nonces;
    ConcurrencyLimiter& limiter;
    const base::Clock& clock;
    IssueLog log;
    std::function<void()> on_queued;  // called when an account waits for its turn
};

// Gives each account its one key: reserves, mints and activates it, and repairs what fails in
// between. src/keys/README.md has the diagram of the states. Blocking (database and upstream);
// thread-safe.
class Issuance {
public:
    static constexpr int counted_places_max = 10'000;

    Issuance(IssuancePolicy policy, IssuanceParts parts);

    // Returns the account's key, or makes one. A key that has expired or is missing upstream is
    // replaced.
    IssueAnswer issue(const Recipient& recipient);

    // Mints for a row whose turn has come; the caller holds a slot. in_progress: another process
    // was first.
    IssueAnswer mint_waiting(const Grant& grant);

    // Returns the raw key of an active grant. Fails with invalid_input if it was sealed with
    // another KEY_ENCRYPTION_SECRET.
    base::Result<base::Secret> open_key(const Grant& grant) const;

    // Returns whether this grant is an ambiguous or interrupted attempt that settle() could end
    // now.
    bool is_settlement_due(const Grant& grant) const;
    // Ends such an attempt if that is possible now; reports failures to the log. Returns at once if
    // another call for the same attempt is under way.
    void settle(const Grant& grant);

    const IssuancePolicy& policy() const { return policy_; }

private:
    enum class MayMint { now, in_turn };

    std::optional<IssueAnswer> advance(const Grant& held, MayMint may_mint, base::Deadline deadline);
    std::optional<IssueAnswer> advance_active(const Grant& held, base::Deadline deadline);
    IssueAnswer not_replaced(const Grant& held, const base::Error& cause);
    std::optional<IssueAnswer> advance_waiting(const Grant& held, MayMint may_mint, base::Deadline deadline);
    std::optional<IssueAnswer> advance_replacing(const Grant& held, base::Deadline deadline);
    std::optional<IssueAnswer> advance_open_attempt(const Grant& held, base::Deadline deadline);
    std::optional<IssueAnswer> claim_and_mint(const Grant& grant, base::Deadline deadline);
    IssueAnswer queue_answer(const Grant& grant, const base::Error& cause = {});
    IssueAnswer answer_existing(const Grant& grant) const;
    IssueAnswer mint(const Grant& grant, base::Deadline deadline);
    IssueAnswer keep(const Grant& grant, const Minted& minted);
    IssueAnswer undo(const Grant& grant, const std::string& delete_handle, const base::Error& cause);
    IssueAnswer end_undone(const Grant& grant, const base::Error& cause);
    std::optional<IssueAnswer> refuse_on_hold(GithubUserId id);
    void release(const Grant& grant);
    IssueAnswer explain_known(const Grant& grant, const std::string& delete_handle);
    IssueAnswer give_up(const Grant& grant, const base::Error& cause);
    IssueAnswer wait_again(const Grant& grant, const base::Error& cause);
    IssueAnswer leave_ambiguous(const Grant& grant, const MintUnknown& unknown);
    base::Result<ReserveOutcome> reserve(const Recipient& recipient, MayMint may_mint);
    base::Deadline call_deadline() const { return base::Deadline::after(policy_.call_timeout); }

    const IssuancePolicy policy_;
    const IssuanceParts parts_;
    Settlement settlement_;
    std::mutex settling_mutex_;
    std::set<std::string> settling_;  // nonces of the attempts that settle() is working on
};

}  // namespace llmapikey
