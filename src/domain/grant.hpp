#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "domain/github_user_id.hpp"

// The life of a key, as the database knows it. See docs/architecture.md, "The life of a key".
namespace llmapikey::domain {

enum class GrantStatus {
    pending,    // reserved: an attempt to create the key is under way, or died without a word
    ambiguous,  // the attempt's outcome is unknown: a key may exist upstream under this nonce
    active,     // the key exists and is stored
    revoking,   // an organizer has ended it; it may still exist upstream
};

std::string_view to_text(GrantStatus status);
std::optional<GrantStatus> parse_grant_status(std::string_view text);

// An organizer has looked at the raw key.
struct Reveal {
    base::Timestamp at;
    std::string reason;  // shown to the key's owner
};

// One row of api_keys: at most one per GitHub account.
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
};

// Whether the key no longer works upstream because its lifetime is over.
bool is_expired(const Grant& grant, base::Timestamp now);

// How long after a reservation its create call may still take effect upstream: twice the call's own
// deadline. Before that nobody may conclude that a key which is not listed will never appear.
base::Seconds settle_time(base::Seconds call_timeout);

// Whether an attempt that is pending or ambiguous is so old that its create call can no longer take effect.
bool is_settled(const Grant& grant, base::Timestamp now, base::Seconds settle_time);

// Name of the upstream key of one attempt: "llmapikey/gh-<id>/<nonce>". Unguessable, so that what is found
// upstream can be told from any other attempt. Without a nonce the form of older deployments, "llmapikey/gh-<id>".
std::string upstream_key_name(GithubUserId id, std::string_view nonce);

struct UpstreamKeyName {
    GithubUserId github_user_id;
    std::string nonce;  // empty: the older form "llmapikey/gh-<id>"
};
// What a name says if it is one of ours, the older form included; nullopt for everybody else's keys.
std::optional<UpstreamKeyName> parse_upstream_key_name(std::string_view name);

// Last four characters; the whole of a shorter text.
std::string key_hint(std::string_view raw_key);

}  // namespace llmapikey::domain
