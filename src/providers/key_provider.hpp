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
#include "providers/guardrails.hpp"
#include "providers/provider_traits.hpp"

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
// answer told at least that. A handle that follows from a secret of our own is none: whoever
// revokes by it before the key is there finds nothing, and takes the key that still appears for one
// that is gone.
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
    // In the current day, week and month of upstream; nullopt: the provider does not tell it.
    std::optional<base::MicroUsd> usage_daily, usage_weekly, usage_monthly;
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

// What the account that pays for all keys still has. Blocking, thread-safe; failures as those of
// KeyProvider.
class CreditsReader {
public:
    virtual ~CreditsReader() = default;
    virtual base::Result<Credits> credits(base::Deadline deadline) = 0;
};

// Where a reading of the list of keys goes on. Made by the provider, which alone knows what is in
// it; used once.
class ListCursor {
public:
    virtual ~ListCursor() = default;
};
using ListCursorPtr = std::unique_ptr<ListCursor>;

struct KeyPage {
    std::vector<UpstreamKey> keys;  // none that this reading has shown before; may be empty also before the end
    ListCursorPtr next = {};        // null: this was the last page
};

// An attempt to make a key, whose outcome nobody knows.
struct SoughtAttempt {
    std::string name;              // that the key was to have
    base::Timestamp attempted_at;  // by our clock
};

// How long something that takes many calls may take.
struct ScanPatience {
    base::Deadline whole;
    base::Millis page;          // one call, with its repetitions: an upstream that hangs is not waited for any longer
    std::stop_token stop = {};  // looked at before each call
};

// The LLM provider's key administration. Blocking: call it on a worker thread for upstream calls.
// Thread-safe. No call outlasts `deadline`. Failures: upstream_down (with retry_after where calls
// are not even tried for now), upstream_refused, rate_limited (with retry_after), misconfigured
// (the management key is refused), not_found where said.
class KeyProvider {
public:
    virtual ~KeyProvider() = default;

    virtual const ProviderTraits& traits() const = 0;

    // Sends exactly one create request and never repeats it: upstream has no idempotency key. Where
    // a guardrail is configured, a key comes back only once it is under it; a key that could not be
    // put under it is revoked, for which this call may outlast `deadline` by a few seconds.
    virtual MintOutcome mint(const MintRequest& request, base::Deadline deadline) = 0;

    // Errc::not_found if there is no such key.
    virtual base::Result<UpstreamKey> get(const std::string& delete_handle, base::Deadline deadline) = 0;

    // One page of the account's keys in the configured workspace, disabled ones included, newest
    // first. One call upstream. `after`: null for the first page, else the cursor of the page
    // before. A reading that has come to its last page has shown each key that was there
    // throughout, once, whatever was made or removed meanwhile: how the list shifts is the
    // provider's to know.
    virtual base::Result<KeyPage> list(ListCursorPtr after, base::Deadline deadline) = 0;

    // The delete handles of what these attempts have made, in their order; empty: the provider has
    // shown no such key. That says of a moment after this call began and of nothing later: whether
    // the key may still appear is for the caller to judge. All or nothing: if one cannot be looked
    // for, that is a failure. Errc::overloaded: told to stop. Unless a provider has a better way
    // its list is read, once for all attempts, down to keys that are older than the oldest of them
    // by more than upstream_skew_max.
    virtual base::Result<std::vector<std::string>> find_attempts(const std::vector<SoughtAttempt>& attempts,
                                                                 const ScanPatience& patience);

    // Errc::not_found if there is no such key.
    virtual base::Result<UpstreamKey> update(const std::string& delete_handle, const KeyUpdate& change,
                                             base::Deadline deadline) = 0;

    // Idempotent: a key that is already gone is a success.
    virtual base::Result<void> revoke(const std::string& delete_handle, base::Deadline deadline) = 0;

    // What only some providers have; null: this one has not. As long-lived as this.
    virtual CreditsReader* credits_reader() { return nullptr; }
    virtual Guardrails* guardrails() { return nullptr; }
};

// Whether the provider's management key is of the account that our keys are in. Asked when a key
// that is to be revoked is unknown. Empty: it is.
using AccountCheck = std::function<base::Result<bool>(KeyProvider& provider, base::Deadline deadline)>;

// A provider as a program has it that looks after it.
class SupervisedKeyProvider : public KeyProvider {
public:
    // The same, for those who come again by themselves: their calls wait where the provider has
    // asked to slow down.
    virtual std::unique_ptr<KeyProvider> in_background() const = 0;
    // Asks whether the provider is back, where it was down when last asked. For whoever has
    // promised to by Supervision::is_probed. Takes two seconds at the most.
    virtual void probe() = 0;
    // From now on nobody waits for the provider to answer at another time. For a program that ends.
    virtual void hurry() = 0;
};

}  // namespace llmapikey
