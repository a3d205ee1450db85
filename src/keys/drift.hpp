#pragma once

#include <optional>
#include <string>

#include "keys/admin_store.hpp"
#include "providers/key_provider.hpp"

namespace llmapikey {

// How what upstream has of a key differs from its row.
struct Drift {
    bool is_looser = false;  // upstream allows more, or resets the cap at other times
    KeyChange stricter;      // what the row learns of it
    std::optional<base::Timestamp> expires_at;
};

// The stricter of the two holds: a cap that is lower upstream, or a key that is switched off there,
// may be somebody's emergency; a cap that is higher there costs money that nobody meant to spend. A
// change on its way is no drift.
Drift drift_between(const UpstreamKey& key, const Grant& grant, base::Timestamp now);

bool is_drift(const Drift& drift);

// In words, for people.
std::string describe(const Drift& drift);

}  // namespace llmapikey
