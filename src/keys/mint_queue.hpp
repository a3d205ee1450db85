#pragma once

#include <optional>
#include <string>
#include <vector>

#include "keys/key_store.hpp"

namespace llmapikey {

// A turn of a waiting row.
struct Claim {
    Attempt waiting;    // as the row was read
    std::string nonce;  // fresh, of the attempt that begins
    base::Timestamp now;
    base::Timestamp expires_at;
    std::optional<base::MicroUsd> daily_limit;  // nullopt: the row's own
};

// However long the upstream asks to be left alone: nobody's turn is further off.
inline constexpr std::chrono::minutes turn_pause_max{10};

// What an attempt that made no key leaves behind.
struct Requeue {
    base::Timestamp next_attempt_at;  // by turn_pause_max at the latest
    MintProblem problem = MintProblem::none;
    bool counts = true;  // as a failed attempt
};

// What is known of a seat that has no row.
struct PastKey {
    std::string hint;
    std::string actor;   // who ended it: "github:1003", "recipient:1001", "system"
    std::string reason;  // "expired", or the organizer's words
    base::Timestamp ended_at;
};
struct AccountPast {
    std::optional<PastKey> latest;
    MintProblem problem = MintProblem::none;  // of the latest wait that came to nothing
    base::Timestamp problem_at;
};

// The queue of those whose turn to be minted is yet to come: rows of all replicas, in the order of
// their arrival. Each operation is one transaction. Blocking, thread-safe; can fail with
// Errc::store_unavailable as KeyStore.
class MintQueue {
public:
    virtual ~MintQueue() = default;

    // waiting -> pending, of a new attempt: its caller, and nobody else, may mint. Errc::conflict:
    // somebody else was first, the row is gone, or the account is on hold.
    virtual base::Result<Grant> claim(const Claim& claim) = 0;

    // pending or ambiguous -> waiting; certain that no key of this attempt is or will be alive
    // upstream. An attempt whose end is decided does not wait: nothing is left to look for, and its
    // revocation can be finished. Errc::conflict if the row is gone, active, or of another attempt.
    virtual base::Result<void> requeue(const Attempt& attempt, const Requeue& requeue) = 0;

    // Whose turn it is, the first in the queue first.
    virtual base::Result<std::vector<Grant>> list_due(base::Timestamp now, int limit) = 0;

    // 1: the next; nullopt: the row does not wait. Counts no further than `most`.
    virtual base::Result<std::optional<int>> place_of(const std::string& grant_id, int most) = 0;

    virtual base::Result<AccountPast> past_of(const Seat& seat) = 0;
};

}  // namespace llmapikey
