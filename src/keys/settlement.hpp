#pragma once

#include <stop_token>
#include <vector>

#include "base/clock.hpp"
#include "grant/grant.hpp"
#include "keys/key_store.hpp"
#include "keys/mint_queue.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

enum class Settled {
    freed,  // whatever the attempt made upstream is revoked; the row waits for its next turn or for its revocation, or
            // is gone with a note
    not_yet,  // nothing was found, but a key may still appear
    changed,  // another process has settled or activated it meanwhile
};

// Ends attempts whose outcome is unknown: finds by name the key that an attempt has made, revokes
// it (its raw key is lost), and lets the row wait for its next turn. If the attempt is too old,
// nobody waits for its key any more: the row is then removed, with a note. Safe to run anywhere,
// any number of times at once, because the row is first marked ambiguous, after which the process
// that made the attempt cannot activate it. Thread-safe.
class Settlement {
public:
    Settlement(KeyStore& store, MintQueue& queue, KeyProvider& provider, const base::Clock& clock,
               base::Seconds call_timeout)
        : store_(store),
          queue_(queue),
          provider_(provider),
          clock_(clock),
          call_timeout_(call_timeout),
          settle_time_(llmapikey::settle_time(call_timeout)) {}

    // Takes a pending, ambiguous or revoking attempt. Fails as the store and the provider do;
    // nothing is freed then.
    base::Result<Settled> settle(const Grant& grant, base::Deadline deadline);

    // Settles many attempts, which are looked for together (KeyProvider::find_attempts). Returns
    // the outcome of each, in order. If an outage or `stop` ends the run, the remaining ones have
    // that error or Errc::overloaded.
    std::vector<base::Result<Settled>> settle_all(const std::vector<Grant>& grants, base::Deadline deadline,
                                                  const std::stop_token& stop = {});

    base::Seconds settle_time() const { return settle_time_; }

private:
    // The trace that an attempt has left upstream.
    struct Trace {
        std::string handle;       // handle of the key that it made; empty: none is listed
        bool may_appear = false;  // a key may still appear
    };
    std::optional<base::Result<Settled>> fence(const Grant& grant);
    base::Result<Settled> conclude(const Grant& grant, const Trace& trace, base::Deadline deadline);
    base::Result<void> make_room(const Grant& grant);

    KeyStore& store_;
    MintQueue& queue_;
    KeyProvider& provider_;
    const base::Clock& clock_;
    const base::Seconds call_timeout_, settle_time_;
};

}  // namespace llmapikey
