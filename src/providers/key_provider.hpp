#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"

namespace llmapikey {

// So far apart the upstream's clock and ours are taken to be at most, where a key's time there is
// compared with one here.
inline constexpr std::chrono::hours upstream_skew_max{1};

struct MintRequest {
    std::string name;
    base::MicroUsd daily_limit;
    base::Timestamp expires_at;
};

struct Minted {
    base::Secret raw_key;
    std::string delete_handle;
};
// The upstream certainly created nothing (it refused, or the request never left).
struct NotMinted {
    base::Error error;
};
// A key may exist: the answer was lost, late, a 5xx or unreadable. `delete_handle` is set when the
// answer told at least that.
struct MintUnknown {
    std::string delete_handle;
    std::string detail;
};
// A key exists that nobody may have (it could not be put under the guardrail): whoever asked for it
// has it revoked, if the handle is no other key's.
struct MintedInVain {
    std::string delete_handle;
    base::Error error;
};
using MintOutcome = std::variant<Minted, NotMinted, MintUnknown, MintedInVain>;

// A key as the upstream lists it.
struct UpstreamKey {
    std::string delete_handle;
    std::string name;
    std::string workspace_id;  // empty: not told
    bool is_disabled = false;
    std::optional<base::MicroUsd> limit;            // nullopt: no cap
    std::optional<base::MicroUsd> limit_remaining;  // in the current window
    std::string limit_reset;                        // "daily", "weekly", "monthly" or empty
    base::MicroUsd usage;                           // since creation; here and below all that counts towards the cap
    base::MicroUsd usage_daily, usage_weekly, usage_monthly;
    std::optional<base::Timestamp> created_at;
    std::optional<base::Timestamp> expires_at;
    std::optional<base::Timestamp> last_used_at;  // nullopt: never, or the upstream does not say
};

// How often upstream gives a key its whole cap again, as we ask for it.
inline constexpr const char* daily_reset = "daily";

struct KeyUpdate {
    std::optional<bool> is_disabled;
    std::optional<base::MicroUsd> daily_limit;  // and that it is reset daily
};

struct Credits {
    base::MicroUsd total;
    base::MicroUsd used;
};

// What the organizer lets keys do, kept upstream. An empty list does not limit anything.
struct Guardrail {
    std::string id;
    std::string name;
    std::string workspace_id;  // empty: not told
    std::vector<std::string> allowed_models, ignored_models;
    std::vector<std::string> allowed_providers, ignored_providers;
    std::optional<base::MicroUsd> limit;  // of each key, beside the key's own; in each interval
    std::string limit_interval;           // "daily", "weekly", "monthly" or empty
    friend bool operator==(const Guardrail&, const Guardrail&) = default;
};

// The LLM provider's key administration. Blocking: call it on a worker thread for upstream calls.
// Thread-safe. No call outlasts `deadline`. Failures: upstream_down (with retry_after where calls
// are not even tried for now), upstream_refused, rate_limited (with retry_after), misconfigured
// (the management key is refused), not_found where said.
class KeyProvider {
public:
    virtual ~KeyProvider() = default;

    // Sends exactly one create request and never repeats it: upstream has no idempotency key. Where
    // a guardrail is configured, a key comes back only once it is under it; a key that could not be
    // put under it is revoked, for which this call may outlast `deadline` by a few seconds.
    virtual MintOutcome mint(const MintRequest& request, base::Deadline deadline) = 0;

    // Errc::not_found if there is no such key.
    virtual base::Result<UpstreamKey> get(const std::string& delete_handle, base::Deadline deadline) = 0;

    // One page of the account's keys in the configured workspace, disabled ones included, newest
    // first; empty after the last. Items shift between pages while keys come and go.
    virtual base::Result<std::vector<UpstreamKey>> list_page(std::size_t offset, base::Deadline deadline) = 0;

    // Errc::not_found if there is no such key.
    virtual base::Result<UpstreamKey> update(const std::string& delete_handle, const KeyUpdate& change,
                                             base::Deadline deadline) = 0;

    // Idempotent: a key that is already gone is a success.
    virtual base::Result<void> revoke(const std::string& delete_handle, base::Deadline deadline) = 0;

    virtual base::Result<Credits> credits(base::Deadline deadline) = 0;

    // The one that new keys are put under; nullopt: none is configured. Errc::not_found if there is
    // none of that id.
    virtual base::Result<std::optional<Guardrail>> guardrail(base::Deadline deadline) = 0;
};

}  // namespace llmapikey
