#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>
#include <vector>

#include "base/clock.hpp"
#include "base/money.hpp"
#include "base/result.hpp"
#include "base/secret.hpp"
#include "providers/account_reports.hpp"
#include "providers/guardrails.hpp"
#include "providers/provider_traits.hpp"

namespace llmapikey {

// Largest difference between the upstream's clock and ours that is allowed for when a key's time
// upstream is compared with a time here.
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
// The upstream certainly created nothing: it refused, or the request was never sent.
struct NotMinted {
    base::Error error;
};
// A key may exist: the answer was lost, late, a 5xx or unreadable. `delete_handle` is set if the
// answer contained at least that. A provider must not derive the handle from a secret of ours here:
// if the key is not there yet, a revocation by that handle finds nothing, and a key that appears
// later would count as gone.
struct MintUnknown {
    std::string delete_handle;
    std::string detail;
};
// A key exists that nobody may have, because it could not be put under the guardrail. The caller
// must have it revoked, provided that the handle is no other key's.
struct MintedInVain {
    std::string delete_handle;
    base::Error error;
};
using MintOutcome = std::variant<Minted, NotMinted, MintUnknown, MintedInVain>;

// A key as the upstream lists it.
struct UpstreamKey {
    std::string delete_handle;
    std::string name;
    std::string workspace_id;  // empty: not reported
    bool is_disabled = false;
    std::optional<base::MicroUsd> limit;            // nullopt: no cap
    std::optional<base::MicroUsd> limit_remaining;  // in the current window
    std::string limit_reset;                        // "daily", "weekly", "monthly" or empty
    base::MicroUsd usage;  // since creation; all usage fields include everything that counts towards the cap
    // Usage in the upstream's current day, week and month; nullopt: the provider does not report
    // it.
    std::optional<base::MicroUsd> usage_daily, usage_weekly, usage_monthly;
    std::optional<base::Timestamp> created_at;
    std::optional<base::Timestamp> expires_at;
    std::optional<base::Timestamp> last_used_at;  // nullopt: never, or not reported
};

// The interval at which upstream resets a key's cap, as we ask for it.
inline constexpr const char* daily_reset = "daily";

struct KeyUpdate {
    std::optional<bool> is_disabled;
    std::optional<base::MicroUsd> daily_limit;  // also sets the daily reset
};

// The position at which a reading of the list of keys continues. Only the provider knows its
// content. Each cursor is used once.
class ListCursor {
public:
    virtual ~ListCursor() = default;
};
using ListCursorPtr = std::unique_ptr<ListCursor>;

struct KeyPage {
    std::vector<UpstreamKey> keys;  // keys that this reading has not shown before; may be empty before the end
    ListCursorPtr next = {};        // null: this was the last page
};

// An attempt to make a key, whose outcome is unknown.
struct SoughtAttempt {
    std::string name;              // the name that the key was to have
    base::Timestamp attempted_at;  // by our clock
};

// Limits for an operation that takes many calls.
struct ScanPatience {
    base::Deadline whole;
    base::Millis page;          // one call with its retries, so that an upstream that hangs delays only one page
    std::stop_token stop = {};  // checked before each call
};

// Administers the keys of an LLM provider. Blocking: call it on a worker thread of the queue
// `upstream`. Thread-safe. Every call returns by `deadline`. Errors: upstream_down (with
// retry_after while calls are not even tried), upstream_refused, rate_limited (with retry_after),
// misconfigured (the management key is refused), and not_found where a function says so.
class KeyProvider {
public:
    virtual ~KeyProvider() = default;

    virtual const ProviderTraits& traits() const = 0;

    // Sends exactly one create request and never repeats it, because upstream has no idempotency
    // key. If a guardrail is configured, the key is returned only once it is under the guardrail;
    // else the outcome is MintedInVain.
    virtual MintOutcome mint(const MintRequest& request, base::Deadline deadline) = 0;

    // Fails with Errc::not_found if there is no such key.
    virtual base::Result<UpstreamKey> get(const std::string& delete_handle, base::Deadline deadline) = 0;

    // Reads one page of the account's keys in the configured workspace, including disabled keys,
    // newest first, with one call upstream. `after` is null for the first page, then the cursor of
    // the page before. A reading that has reached its last page has shown each key that existed
    // throughout exactly once, whatever was made or removed meanwhile: the provider must handle how
    // its list shifts.
    virtual base::Result<KeyPage> list(ListCursorPtr after, base::Deadline deadline) = 0;

    // Returns the delete handles of the keys that these attempts have made, in the same order;
    // empty if the provider has shown no such key. An empty handle is true for some moment after
    // the call began; the caller must judge whether the key may still appear. If one attempt cannot
    // be looked for, the whole call fails. Errc::overloaded: told to stop. The default reads the
    // list once for all attempts, down to keys that are older than the oldest attempt by more than
    // upstream_skew_max.
    virtual base::Result<std::vector<std::string>> find_attempts(const std::vector<SoughtAttempt>& attempts,
                                                                 const ScanPatience& patience);

    // Fails with Errc::not_found if there is no such key.
    virtual base::Result<UpstreamKey> update(const std::string& delete_handle, const KeyUpdate& change,
                                             base::Deadline deadline) = 0;

    // Idempotent: revoking a key that is already gone succeeds.
    virtual base::Result<void> revoke(const std::string& delete_handle, base::Deadline deadline) = 0;

    // These return what only some providers have; null if this provider has not. They live as long
    // as this object.
    virtual CreditsReader* credits_reader() { return nullptr; }
    virtual ActivityReader* activity_reader() { return nullptr; }
    virtual Guardrails* guardrails() { return nullptr; }
};

// Returns whether the provider's management key belongs to the account that our keys are in. It is
// asked when a key that is to be revoked is unknown upstream. An empty function means yes.
using AccountCheck = std::function<base::Result<bool>(KeyProvider& provider, base::Deadline deadline)>;

// A KeyProvider with what a program needs to supervise it.
class SupervisedKeyProvider : public KeyProvider {
public:
    // Returns the same provider for background work, which is repeated anyway: its calls wait while
    // the provider has asked to slow down.
    virtual std::unique_ptr<KeyProvider> in_background() const = 0;
    // If the circuit is open, asks whether the provider is back; takes at most two seconds. For the
    // owner that has set Supervision::is_probed.
    virtual void probe() = 0;
    // From now on nothing is retried and no pause is waited for. Call it when the program ends.
    virtual void hurry() = 0;
};

}  // namespace llmapikey
