#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "identity/github_user_id.hpp"
#include "identity/seat.hpp"

// The life of a key, as the database knows it. See docs/architecture.md, "The life of a key".
namespace llmapikey {

enum class GrantStatus {
    waiting,    // has a place, and certainly no key: its turn to be minted is yet to come
    pending,    // reserved: an attempt to create the key is under way, or died without a word
    ambiguous,  // the attempt's outcome is unknown: a key may exist upstream under this nonce
    active,     // the key exists and is stored
    revoking,   // it has been ended; it may still exist upstream
    replacing,  // its recipient wants another one in its place; it may still exist upstream
};

// In the order of the enumeration.
std::span<const GrantStatus> all_statuses();
std::string_view to_text(GrantStatus status);
std::optional<GrantStatus> parse_grant_status(std::string_view text);

// Why an attempt has come to nothing, for its recipient to read.
enum class MintProblem {
    none,
    lost_answer,    // the upstream did not say whether it made a key; what it made is revoked
    upstream_down,  // the upstream does not answer
    rate_limited,   // the upstream asks to slow down
    refused,        // the upstream says no: credits, the management key, the guardrail
    paused,         // PROVISIONING_ENABLED was switched off while it waited
};

// "lost_answer", ...; "" for none. An unknown text is none.
std::string_view to_text(MintProblem problem);
MintProblem parse_mint_problem(std::string_view text);

// An organizer has looked at the raw key.
struct Reveal {
    base::Timestamp at;
    std::string reason;  // shown to the key's owner
};

// One row of api_keys: at most one for each seat.
struct Grant {
    std::string id;  // UUID
    GithubUserId github_user_id;
    std::string github_username;
    GrantStatus status = GrantStatus::pending;
    std::string nonce;          // of the latest attempt; part of the upstream key's name; empty: of an older deployment
    std::string delete_handle;  // the upstream's handle; empty until known
    std::string sealed_key;     // raw key, sealed and bound to `id`; empty until active, or where it was never kept
    std::string key_hint;       // last four characters of the raw key; empty until active
    base::MicroUsd daily_limit;
    base::Timestamp created_at;
    base::Timestamp attempted_at;                // when the latest attempt was reserved
    base::Timestamp expires_at;                  // of the key, as asked for upstream
    bool is_disabled = false;                    // an organizer has switched it off
    std::string unsynced;                        // names the latest change that upstream may not have yet; empty: none
    base::MicroUsd spent;                        // since it was made, as upstream last said
    std::optional<base::Timestamp> spent_as_of;  // nullopt: upstream has not been asked yet
    std::optional<Reveal> reveal;                // the latest
    std::optional<base::Timestamp> queued_at;    // since when it waits, or waited, for its turn
    std::optional<base::Timestamp> next_attempt_at;  // while waiting: not before
    int attempts = 0;                                // that have failed since it waits
    MintProblem problem = MintProblem::none;         // of the latest of them
    bool keeps_place = false;                        // the account had a key here before: its place is not taken away
    base::MicroUsd carried;                          // spent by the account's earlier keys on the day of the attempt
    std::optional<base::Timestamp> carried_until;    // until when that lowers the cap; nullopt: it does not
    std::optional<base::Timestamp> missing_since;    // since when upstream does not know the key
    std::optional<base::Timestamp> last_used_at;     // as upstream last said; nullopt: never, or it did not say

    Seat seat() const { return {github_user_id}; }
};

// Whether the key no longer works upstream because its lifetime is over.
bool is_expired(const Grant& grant, base::Timestamp now);
// Whether the key is good for nothing any more, so that another may take its place: expired, or
// gone upstream.
bool is_dead(const Grant& grant, base::Timestamp now);

// Whether its end was decided while its key was being made: what the attempt has made, if anything,
// is yet to be found.
bool is_ending_attempt(const Grant& grant);

// The cap that upstream is to have now: lowered by what the account's earlier keys spent on the day
// that the key was made, until that day is over.
base::MicroUsd limit_at(const Grant& grant, base::Timestamp now);
// When the caps are reset next (00:00 UTC).
base::Timestamp next_reset(base::Timestamp now);
// "2027-02-22", UTC.
std::string day_text(base::Timestamp time);

// Until when what fails is tried again for somebody who waits. An attempt that is older is nobody's
// any more who waits for it.
inline constexpr std::chrono::minutes wait_max{10};
// For how long a wish stands that nobody has repeated: of who had a key before, and of who waits in
// the queue.
inline constexpr std::chrono::days wish_stands_for{1};

// How long after a reservation its create call may still take effect upstream: twice the call's own
// deadline. Before that nobody may conclude that a key which is not listed will never appear.
base::Seconds settle_time(base::Seconds call_timeout);

// Whether an attempt that is pending or ambiguous is so old that its create call can no longer take
// effect.
bool is_settled(const Grant& grant, base::Timestamp now, base::Seconds settle_time);

// Whether a text holds what begins like a raw key of any provider that we know, whole or in part:
// it belongs in no address, no search and no log.
bool holds_raw_key(std::string_view text);
// What stands behind the prefix of a key, alone: so many hexadecimal digits (KeyShape) between
// other characters. Empty: there is none. A hash may look like that, too: only where keys are
// looked for, this means one.
std::string_view bare_key_in(std::string_view text);

// Last four characters; the whole of a shorter text.
std::string key_hint(std::string_view raw_key);

}  // namespace llmapikey
