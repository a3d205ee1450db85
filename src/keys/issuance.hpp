#pragma once

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
#include "keys/terms.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

struct IssueAnswer {
    KeyOutcome status = KeyOutcome::failed;  // of those of asking for a key
    std::optional<Grant> grant;              // created, exists and queued
    std::optional<Hold> hold;                // on_hold; nullopt: the key is still being revoked
    std::optional<int> place;                // queued: 1 is the next
    base::Secret raw_key;                    // created and exists; empty where an older deployment did not keep it
    base::Error error;                       // failed; ambiguous and queued where something is known
};

// Reports what an operator should know of an issue; `message` holds no secret. Called on the thread
// of the call.
using IssueLog = std::function<void(const std::string& message)>;

// What issuing works with; all must outlive it, and all are thread-safe.
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
    std::function<void()> on_queued;  // somebody waits for their turn
};

// Gives each account its one key: reserve, mint, activate, and make good what fails in between.
// See docs/architecture.md, "The life of a key". Blocking (database and upstream); thread-safe.
class Issuance {
public:
    static constexpr int counted_places_max = 10'000;

    // `call_timeout`: of one call upstream.
    Issuance(IssuanceParts parts, base::Seconds call_timeout);

    // The account's key: the one it has, or else a new one. A key that is good for nothing any more
    // is replaced.
    IssueAnswer issue(const Terms& terms, const Recipient& recipient);

    // Mints for a row whose turn has come; its caller has a slot. in_progress: somebody else was
    // first.
    IssueAnswer mint_waiting(const Terms& terms, const Grant& grant);

    // The raw key of an active grant. invalid_input: it was sealed with another
    // KEY_ENCRYPTION_SECRET.
    base::Result<base::Secret> open_key(const Grant& grant) const;

    // Whether this grant is an attempt in doubt that settle() could end now.
    bool is_settlement_due(const Grant& grant) const;
    // Ends an attempt in doubt if it can be ended now; reports failures to the log. A second call
    // for the same attempt while one is under way returns at once.
    void settle(const Grant& grant);

    // By when a call upstream that begins now must have ended.
    base::Deadline call_deadline() const { return base::Deadline::after(call_timeout_); }

private:
    enum class MayMint { now, in_turn };

    std::optional<IssueAnswer> advance(const Terms& terms, const Grant& held, MayMint may_mint,
                                       base::Deadline deadline);
    std::optional<IssueAnswer> advance_active(const Terms& terms, const Grant& held, base::Deadline deadline);
    IssueAnswer not_replaced(const Grant& held, const base::Error& cause);
    std::optional<IssueAnswer> advance_waiting(const Terms& terms, const Grant& held, MayMint may_mint,
                                               base::Deadline deadline);
    std::optional<IssueAnswer> advance_replacing(const Grant& held, base::Deadline deadline);
    std::optional<IssueAnswer> advance_open_attempt(const Grant& held, base::Deadline deadline);
    std::optional<IssueAnswer> claim_and_mint(const Terms& terms, const Grant& grant, base::Deadline deadline);
    IssueAnswer queue_answer(const Grant& grant, const base::Error& cause = {});
    IssueAnswer answer_existing(const Grant& grant) const;
    IssueAnswer mint(const Grant& grant, base::Deadline deadline);
    IssueAnswer keep(const Grant& grant, const Minted& minted);
    IssueAnswer undo(const Grant& grant, const std::string& delete_handle, const base::Error& cause);
    IssueAnswer end_undone(const Grant& grant, const base::Error& cause);
    std::optional<IssueAnswer> refuse_on_hold(const Seat& seat);
    void release(const Grant& grant);
    IssueAnswer explain_known(const Grant& grant, const std::string& delete_handle);
    IssueAnswer give_up(const Grant& grant, const base::Error& cause);
    IssueAnswer wait_again(const Grant& grant, const base::Error& cause);
    IssueAnswer leave_ambiguous(const Grant& grant, const MintUnknown& unknown);
    base::Result<ReserveOutcome> reserve(const Terms& terms, const Recipient& recipient, MayMint may_mint);

    const IssuanceParts parts_;
    const base::Seconds call_timeout_;
    Settlement settlement_;
    std::mutex settling_mutex_;
    std::set<std::string> settling_;  // nonces of the attempts that settle() is at work on
};

}  // namespace llmapikey
