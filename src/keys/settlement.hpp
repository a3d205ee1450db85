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
    not_yet,  // nothing was found, and it is too early to say that nothing will appear
    changed,  // somebody else settled or activated it meanwhile
};

// Ends attempts whose outcome nobody knows: finds by name what they made upstream, revokes it (its
// raw key is lost) and lets the row wait for its next turn; but nobody who is not asking now gets a
// key for an attempt of long ago: where the account had none before, its row goes with a note. Safe
// to run anywhere, any number of times at once: the row is first marked ambiguous, after which the
// process that made the attempt can no longer activate it. Thread-safe.
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

    // For a pending or ambiguous grant, or an attempt whose end is decided. Fails as the store and
    // the provider do, with nothing freed.
    base::Result<Settled> settle(const Grant& grant, base::Deadline deadline);

    // The same for many at once, which are looked for together (KeyProvider::find_attempts): the
    // outcome of each, in order. Those whose turn did not come before an outage have its error, or
    // Errc::overloaded before it was told to stop.
    std::vector<base::Result<Settled>> settle_all(const std::vector<Grant>& grants, base::Deadline deadline,
                                                  const std::stop_token& stop = {});

    base::Seconds settle_time() const { return settle_time_; }

private:
    // What an attempt has left upstream.
    struct Trace {
        std::string handle;       // of the key that it made; empty: none is listed
        bool may_appear = false;  // it may still come to be
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
