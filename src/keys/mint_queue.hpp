#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keys/key_store.hpp"

namespace llmapikey {

// The turn of a waiting row. What organizers have set (keys/terms.hpp) wins over `expires_at` and,
// unless the row keeps its own, over `daily_limit`.
struct Claim {
    Attempt waiting;    // as the row was read
    std::string nonce;  // fresh, for the attempt that begins
    base::Timestamp now;
    base::Timestamp expires_at;
    std::optional<base::MicroUsd> daily_limit;  // nullopt: keep the row's own cap
};

// Limit on the wait between two turns, however long the upstream asks us to wait.
inline constexpr std::chrono::minutes turn_pause_max{10};

// An attempt that made no key leaves this in its row.
struct Requeue {
    base::Timestamp next_attempt_at;  // at most turn_pause_max from now
    MintProblem problem = MintProblem::none;
    bool counts = true;  // counts as a failed attempt
};

// What is known about a seat that has no row.
struct PastKey {
    std::string hint;
    std::string actor;   // who ended the key: "github:1003", "recipient:1001", "system"
    std::string reason;  // "expired", or the organizer's words
    base::Timestamp ended_at;
};
struct AccountPast {
    std::optional<PastKey> latest;
    MintProblem problem = MintProblem::none;  // of the latest wait that ended without a key
    base::Timestamp problem_at;
};

// The queue of accounts that wait to be minted for: rows from all replicas, in the order of their
// arrival. Each operation is one transaction. Blocking; thread-safe; can fail with
// Errc::store_unavailable as KeyStore can.
class MintQueue {
public:
    virtual ~MintQueue() = default;

    // waiting -> pending, with a new attempt: only the caller may mint. Errc::conflict if another
    // process was first, the row is gone, the account is on hold, or organizers have paused
    // minting or have changed other settings at this moment.
    virtual base::Result<Grant> claim(const Claim& claim) = 0;

    // pending or ambiguous -> waiting. Call this only if no key of this attempt is or will be alive
    // upstream. A revoking attempt (is_ending_attempt) does not wait: nothing is left to look for,
    // so that its revocation can be finished. Errc::conflict if the row is gone, active, or of
    // another attempt.
    virtual base::Result<void> requeue(const Attempt& attempt, const Requeue& requeue) = 0;

    // Returns the rows whose turn it is, first in the queue first.
    virtual base::Result<std::vector<Grant>> list_due(base::Timestamp now, int limit) = 0;

    // Returns the row's place in the queue, 1 for the next; nullopt if the row does not wait. Does
    // not count further than `most`.
    virtual base::Result<std::optional<int>> place_of(const std::string& grant_id, int most) = 0;

    virtual base::Result<AccountPast> past_of(const Seat& seat) = 0;
};

}  // namespace llmapikey
