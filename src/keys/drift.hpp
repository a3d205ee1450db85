#pragma once

#include <optional>
#include <string>

#include "keys/admin_store.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

// The differences between a key upstream and its row.
struct Drift {
    bool is_looser = false;  // upstream allows more, or resets the cap at other times
    KeyChange stricter;      // what the row takes over from upstream
    std::optional<base::Timestamp> expires_at;
};

// The stricter of the two counts. A cap that is lower upstream, or a key that is switched off
// there, may be an emergency measure; a cap that is higher there costs money that nobody meant to
// spend. There is no drift while a change is on its way.
Drift drift_between(const UpstreamKey& key, const Grant& grant, base::Timestamp now);

bool is_drift(const Drift& drift);

// Describes the drift for people.
std::string describe(const Drift& drift);

}  // namespace llmapikey
