#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/result.hpp"
#include "grant/grant.hpp"
#include "grant/hold.hpp"

namespace llmapikey {

// What organizers have set (keys/terms.hpp) wins over `daily_limit`, `expires_at` and
// `max_total_keys`.
struct ReserveRequest {
    Seat seat;
    std::string login;     // of the seat's account
    std::string grant_id;  // fresh UUID, used if a row is inserted
    std::string nonce;     // fresh, for this attempt
    base::MicroUsd daily_limit;
    base::Timestamp now;
    base::Timestamp expires_at;
    std::int64_t max_total_keys = 0;  // 0: no limit
    bool is_queued = false;           // the row waits for its turn, rather than being minted for by the caller now
};

struct Reserved {
    Grant grant;
};  // this call inserted the row: only its caller may mint, unless the row waits
struct AlreadyHeld {
    Grant grant;
    bool is_paused = false;  // organizers have paused minting
};                           // the seat has a row, whatever its status
struct QuotaFull {};
struct MintingPaused {};  // by organizers, or by the configuration
struct OnHold {
    Hold hold;
};  // the account may not take a key now
using ReserveOutcome = std::variant<Reserved, AlreadyHeld, QuotaFull, MintingPaused, OnHold>;

// All that is known about a seat: the grant that it holds, and the hold that bars its account.
struct Account {
    std::optional<Grant> grant;
    std::optional<Hold> hold;  // in force or not
};

// Names one attempt of one row. Every change after the reservation is conditional on both, so that
// an attempt that was overtaken (its row was released and reserved again) changes nothing.
struct Attempt {
    Seat seat;  // its account tells where the row is, if a database spreads rows by account
    std::string grant_id;
    std::string nonce;
};

inline Attempt attempt_of(const Grant& grant) {
    return Attempt{grant.seat(), grant.id, grant.nonce};
}

struct Activation {
    std::string delete_handle;
    std::string sealed_key;
    std::string key_hint;
    base::Timestamp now{};  // to check the account's hold
};

// A wait is ended in any case, or only if organizers have paused minting at that moment.
enum class AbandonIf { always, paused };

struct GrantTotals {
    std::int64_t live = 0;   // every row counts towards MAX_TOTAL_KEYS, whatever its status
    bool is_paused = false;  // organizers have paused minting
};

// Stores grants. Each operation is one transaction, durable when it returns. Blocking: call it on a
// worker thread. Thread-safe. Every operation can fail with Errc::store_unavailable (unreachable,
// locked for too long, read-only, disk full). It then had no effect, except that a write may have
// taken effect if the connection was lost.
class KeyStore {
public:
    virtual ~KeyStore() = default;

    virtual base::Result<Account> find_account(const Seat& seat) = 0;
    virtual base::Result<std::optional<Grant>> find(const Seat& seat) = 0;

    // Inserts a pending row (waiting, if it is queued) unless the seat has a row, its account is on
    // hold, organizers have paused minting, or `max_total_keys` rows exist. Exact under any number
    // of concurrent calls and processes, and O(1) in the number of rows: once a change of the terms
    // is committed, no row is inserted by the former ones. The row records what the account's
    // earlier keys have spent today.
    virtual base::Result<ReserveOutcome> reserve(const ReserveRequest& request) = 0;

    // pending -> active. Errc::conflict if the row is gone, no longer pending, or of another
    // attempt, if a row has this delete handle already, or if the account is on hold. So marking an
    // attempt ambiguous takes it away from the process that made it.
    virtual base::Result<void> activate(const Attempt& attempt, const Activation& activation) = 0;

    // pending -> ambiguous, with `delete_handle` if it is known (may be empty). On an ambiguous row
    // of the same attempt it only adds a handle that was unknown. A revoking attempt
    // (is_ending_attempt) stays revoking, and learns the handle. Errc::conflict if the row is gone,
    // active, or of another attempt.
    virtual base::Result<void> mark_ambiguous(const Attempt& attempt, const std::string& delete_handle) = 0;

    // Call this only if no key of this attempt is or will be alive upstream. Removes its pending or
    // ambiguous row and frees its seat, with a note for the recipient unless `problem` is none. A
    // revoking attempt stays, but nothing is left to look for, so that its revocation can be
    // finished. Errc::conflict as for mark_ambiguous.
    virtual base::Result<void> release(const Attempt& attempt, MintProblem problem, base::Timestamp now) = 0;
    base::Result<void> release(const Attempt& attempt) { return release(attempt, MintProblem::none, {}); }

    // waiting -> no row, with a note for the recipient. Errc::conflict if the row is gone, or does
    // not wait after this attempt, or is not to be abandoned now.
    virtual base::Result<void> abandon(const Attempt& attempt, MintProblem problem, base::Timestamp now,
                                       AbandonIf when) = 0;
    base::Result<void> abandon(const Attempt& attempt, MintProblem problem, base::Timestamp now) {
        return abandon(attempt, problem, now, AbandonIf::always);
    }

    // Records a new login of the account; succeeds if the account has no row.
    virtual base::Result<void> update_username(const Recipient& recipient) = 0;

    // Returns up to `limit` rows that are pending, ambiguous or revoking attempts
    // (is_ending_attempt), reserved at or before `attempted_by`, ordered by id and greater than
    // `after_id` (empty: from the first).
    virtual base::Result<std::vector<Grant>> list_open_attempts(base::Timestamp attempted_by,
                                                                const std::string& after_id, int limit) = 0;

    // Returns whether a row holds this delete handle, or (if `nonce` is not empty) belongs to the
    // attempt with this nonce.
    virtual base::Result<bool> knows(const std::string& delete_handle, const std::string& nonce) = 0;

    virtual base::Result<GrantTotals> totals() = 0;

    // Succeeds if the database answers, can be written, and has the schema that this program needs.
    virtual base::Result<void> check() = 0;
};

}  // namespace llmapikey
