#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "identity/github_user_id.hpp"

// A key's states, times and cap, as the database knows them. src/keys/README.md has the diagram of
// the states.
namespace llmapikey {

enum class GrantStatus {
    waiting,    // has a seat and certainly no key; its turn to be minted is yet to come
    pending,    // reserved: an attempt to create the key is under way, or was interrupted
    ambiguous,  // the attempt's outcome is unknown: a key may exist upstream under this nonce
    active,     // the key exists upstream and is stored
    revoking,   // the key has been ended; it may still exist upstream
    replacing,  // the recipient wants another key in its place; the old key may still exist upstream
};

// Returns all statuses in the order of the enumeration.
std::span<const GrantStatus> all_statuses();
std::string_view to_text(GrantStatus status);
// Returns nullopt for an unknown text.
std::optional<GrantStatus> parse_grant_status(std::string_view text);

// MintProblem says why an attempt failed; the recipient reads it.
enum class MintProblem {
    none,
    lost_answer,    // the upstream did not say whether it made a key; if it did, that key is revoked
    upstream_down,  // the upstream does not answer
    rate_limited,   // the upstream asks to slow down
    refused,        // the upstream refuses: credits, the management key, the guardrail
    paused,         // PROVISIONING_ENABLED was switched off while the account waited
};

// Returns "lost_answer" and so on; "" for none. parse_mint_problem() takes an unknown text as none.
std::string_view to_text(MintProblem problem);
MintProblem parse_mint_problem(std::string_view text);

// A Reveal records that an organizer has looked at the raw key.
struct Reveal {
    base::Timestamp at;
    std::string reason;  // shown to the key's owner
};

// A Grant is one row of api_keys. There is at most one row for each GitHub account.
struct Grant {
    std::string id;  // UUID
    GithubUserId github_user_id;
    std::string github_username;
    GrantStatus status = GrantStatus::pending;
    std::string nonce;  // of the latest attempt; part of the upstream key's name; empty: made by an older deployment
    std::string delete_handle;  // the upstream's handle for the key; empty until known
    std::string sealed_key;     // raw key, sealed and bound to `id`; empty until active, or if it was never kept
    std::string key_hint;       // last four characters of the raw key; empty until active
    base::MicroUsd daily_limit;
    base::Timestamp created_at;
    base::Timestamp attempted_at;  // when the latest attempt was reserved
    base::Timestamp expires_at;    // of the key, as it was requested upstream
    bool is_disabled = false;      // an organizer has switched the key off
    std::string unsynced;          // token of the latest change that upstream may not have yet; empty: none
    base::MicroUsd spent;          // since the key was made, as upstream last reported
    std::optional<base::Timestamp> spent_as_of;      // nullopt: upstream has not been asked yet
    std::optional<Reveal> reveal;                    // the latest one
    std::optional<base::Timestamp> queued_at;        // since when the account waits, or waited, for its turn
    std::optional<base::Timestamp> next_attempt_at;  // while waiting: no attempt before this time
    int attempts = 0;                                // failed attempts since the account began to wait
    MintProblem problem = MintProblem::none;         // of the latest failed attempt
    bool keeps_place = false;                        // the account had a key before; its seat is not taken away
    base::MicroUsd carried;                          // spent by the account's earlier keys on the day of the attempt
    std::optional<base::Timestamp> carried_until;    // until when `carried` lowers the cap; nullopt: it does not
    std::optional<base::Timestamp> missing_since;    // since when upstream does not know the key
    std::optional<base::Timestamp> last_used_at;     // as upstream last reported; nullopt: never, or not reported
};

// Returns whether the key no longer works upstream because its lifetime is over.
bool is_expired(const Grant& grant, base::Timestamp now);
// Returns whether the key can no longer be used, so that another may take its place: it has expired
// or is missing upstream.
bool is_dead(const Grant& grant, base::Timestamp now);

// Returns whether the grant was ended while its key was being made. The key that the attempt may
// have made is still to be found.
bool is_ending_attempt(const Grant& grant);

// Returns the cap that upstream should have at `now`. Carried spending lowers it until
// `carried_until`; it is never below zero.
base::MicroUsd limit_at(const Grant& grant, base::Timestamp now);
// Returns the next 00:00 UTC, when the caps are reset.
base::Timestamp next_reset(base::Timestamp now);
// Returns the UTC day of `time`, such as "2027-02-22".
std::string day_text(base::Timestamp time);

// A failed attempt is repeated for this long while its recipient waits. Nobody waits for the result
// of an older attempt any more.
inline constexpr std::chrono::minutes wait_max{10};
// The request of an account that had a key before, or that waits in the queue, stays valid this
// long if nobody repeats it.
inline constexpr std::chrono::days wish_stands_for{1};

// Returns how long after a reservation its create call may still take effect upstream: twice the
// deadline of the call. Before that, nobody may conclude that a key which is not listed will never
// appear.
base::Seconds settle_time(base::Seconds call_timeout);

// Returns whether a pending or ambiguous attempt is so old that its create call can no longer take
// effect.
bool is_settled(const Grant& grant, base::Timestamp now, base::Seconds settle_time);

// Returns whether the text contains the beginning of a raw key of any known provider, ignoring
// case. Such a text must not get into an address, a search or a log.
bool holds_raw_key(std::string_view text);
// Finds a key that was pasted without its prefix: a run of exactly as many hexadecimal digits as a
// known provider's keys have (KeyShape), between other characters. Returns a view of `text`; empty
// if there is none. A hash can look the same, so call this only where a key is expected.
std::string_view bare_key_in(std::string_view text);

// Returns the last four characters, or the whole of a shorter text.
std::string key_hint(std::string_view raw_key);

}  // namespace llmapikey
